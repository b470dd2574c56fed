import type { MessageTexts } from '../message-texts.ts';

export const danish: MessageTexts = {
  lang: 'da',
  kinds: {
    request: {
      subject: '{account-name} beder dig underskrive »{document-title}«',
      text: 'Du har fået et dokument, som du skal læse og underskrive. Det tager cirka to minutter, og du skal bruge dit eID.\n\nFristen er **{deadline}**.',
      sms: '{account-name} beder dig underskrive »{document-title}« inden {deadline}. Læs og underskriv: {url}',
      heading: (accountName) => `${accountName} beder dig skrive under`,
      button: 'Læs og underskriv',
    },
    reminder: {
      subject: 'Påmindelse: {account-name} venter på, at du underskriver »{document-title}«',
      text: 'Du har ikke underskrevet dette dokument endnu. Det tager cirka to minutter, og du skal bruge dit eID.\n\nFristen er **{deadline}**.',
      sms: 'Påmindelse: {account-name} venter på, at du underskriver »{document-title}« inden {deadline}. Læs og underskriv: {url}',
      heading: (accountName) => `${accountName} minder dig om at skrive under`,
      button: 'Læs og underskriv',
    },
    signatureReceipt: {
      subject: 'Du har underskrevet »{document-title}«',
      text: 'Tak, {signed-name}. Du underskrev dette dokument {signed-date} kl. {signed-time} med {signature-method}.',
      sms: 'Du har underskrevet »{document-title}« fra {account-name} {signed-date} kl. {signed-time}.',
      heading: (accountName) => `Du har skrevet under for ${accountName}`,
      button: 'Åbn dokumentet',
    },
    finalReceipt: {
      subject: '»{document-title}« er underskrevet',
      text: 'Alle underskrifter er på plads. Den sidste blev givet {signed-date} kl. {signed-time}.',
      sms: '»{document-title}« fra {account-name} er underskrevet af alle, der skulle skrive under.',
      heading: (accountName) => `Underskrevet for ${accountName}`,
      button: 'Åbn dokumentet',
    },
    canceled: {
      subject: '{account-name} har trukket »{document-title}« tilbage',
      text: 'Dette dokument er trukket tilbage. Det kan ikke længere underskrives, og du behøver ikke at gøre noget.',
      sms: '{account-name} har trukket »{document-title}« tilbage. Det kan ikke længere underskrives.',
      heading: (accountName) => `Trukket tilbage af ${accountName}`,
      button: 'Se, hvad der er sket',
    },
    expired: {
      subject: 'Fristen for at underskrive »{document-title}« er udløbet',
      text: 'Fristen for dette dokument var **{deadline}**. Det kan ikke længere underskrives.',
      sms: 'Fristen for »{document-title}« fra {account-name} er udløbet. Dokumentet kan ikke længere underskrives.',
      heading: (accountName) => `${accountName} bad dig skrive under`,
      button: 'Se, hvad der er sket',
    },
  },
  aboutLabel: 'Om dokumentet',
  deadlineLabel: 'Underskriv inden',
  contactHeading: 'Har du spørgsmål om dokumentet?',
  addressHint: 'Hvis knappen ikke virker, kan du åbne denne adresse:',
  personalLink: (accountName) =>
    `Du får denne besked, fordi ${accountName} har angivet dig som underskriver. Linket er kun til dig, så send det ikke videre.`,
  namedByAccount: (accountName) => `Du får denne besked, fordi ${accountName} ønsker, at du får besked.`,
  attachmentLabel: 'Vedhæftet',
  testName: 'TEST',
  testNote: 'Dette er en test. Underskrifter har ingen retsvirkning.',
  untitled: 'Et dokument',
};
