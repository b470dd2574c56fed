import type { MessageTexts } from '../message-texts.ts';

/** Norwegian bokmål. */
export const norwegian: MessageTexts = {
  lang: 'nb',
  kinds: {
    request: {
      subject: '{account-name} ber deg signere «{document-title}»',
      text: 'Du har fått et dokument som du skal lese og signere. Det tar rundt to minutter, og du trenger eID-en din.\n\nFristen er **{deadline}**.',
      sms: '{account-name} ber deg signere «{document-title}» innen {deadline}. Les og signer: {url}',
      heading: (accountName) => `${accountName} ber deg signere`,
      button: 'Les og signer',
    },
    reminder: {
      subject: 'Påminnelse: {account-name} venter på at du signerer «{document-title}»',
      text: 'Du har ikke signert dette dokumentet ennå. Det tar rundt to minutter, og du trenger eID-en din.\n\nFristen er **{deadline}**.',
      sms: 'Påminnelse: {account-name} venter på at du signerer «{document-title}» innen {deadline}. Les og signer: {url}',
      heading: (accountName) => `${accountName} minner deg på å signere`,
      button: 'Les og signer',
    },
    signatureReceipt: {
      subject: 'Du har signert «{document-title}»',
      text: 'Takk, {signed-name}. Du signerte dette dokumentet {signed-date} kl. {signed-time} med {signature-method}.',
      sms: 'Du har signert «{document-title}» fra {account-name} {signed-date} kl. {signed-time}.',
      heading: (accountName) => `Du har signert for ${accountName}`,
      button: 'Åpne dokumentet',
    },
    finalReceipt: {
      subject: '«{document-title}» er signert',
      text: 'Alle signaturene er på plass. Den siste ble gitt {signed-date} kl. {signed-time}.',
      sms: '«{document-title}» fra {account-name} er signert av alle som skulle signere.',
      heading: (accountName) => `Signert for ${accountName}`,
      button: 'Åpne dokumentet',
    },
    canceled: {
      subject: '{account-name} har trukket tilbake «{document-title}»',
      text: 'Dette dokumentet er trukket tilbake. Det kan ikke signeres lenger, og du trenger ikke å gjøre noe.',
      sms: '{account-name} har trukket tilbake «{document-title}». Det kan ikke signeres lenger.',
      heading: (accountName) => `Trukket tilbake av ${accountName}`,
      button: 'Se hva som har skjedd',
    },
    expired: {
      subject: 'Fristen for å signere «{document-title}» er ute',
      text: 'Fristen for dette dokumentet var **{deadline}**. Det kan ikke signeres lenger.',
      sms: 'Fristen for «{document-title}» fra {account-name} er ute. Dokumentet kan ikke signeres lenger.',
      heading: (accountName) => `${accountName} ba deg signere`,
      button: 'Se hva som har skjedd',
    },
  },
  aboutLabel: 'Om dokumentet',
  deadlineLabel: 'Signer innen',
  contactHeading: 'Spørsmål om dokumentet?',
  addressHint: 'Hvis knappen ikke virker, kan du åpne denne adressen:',
  personalLink: (accountName) =>
    `Du får denne meldingen fordi ${accountName} har satt deg opp som underskriver. Lenken er bare din, så ikke send den videre.`,
  namedByAccount: (accountName) => `Du får denne meldingen fordi ${accountName} vil at du skal få beskjed.`,
  attachmentLabel: 'Vedlagt',
  testName: 'TEST',
  testNote: 'Dette er en test. Signaturer har ingen rettsvirkning.',
  untitled: 'Et dokument',
};
