import type { Language, MessageKind } from './messaging-deps.ts';

/** Words of one kind of message. `{account-name}` is a merge field of these built-in texts only. */
export interface KindTexts {
  subject: string;
  /** Markdown. */
  text: string;
  sms: string;
  /** The line above the title of the document. */
  heading(accountName: string): string;
  button: string;
}

/** Everything that messages say by themselves in one language. */
export interface MessageTexts {
  /** BCP 47 tag of the language they are written in. */
  lang: string;
  kinds: Record<MessageKind, KindTexts>;
  aboutLabel: string;
  deadlineLabel: string;
  contactHeading: string;
  addressHint: string;
  personalLink(accountName: string): string;
  /** To those who have no link of their own. */
  namedByAccount(accountName: string): string;
  attachmentLabel: string;
  /** Shown in the test environment. */
  testName: string;
  testNote: string;
  untitled: string;
}

const english: MessageTexts = {
  lang: 'en',
  kinds: {
    request: {
      subject: '{account-name} asks you to sign “{document-title}”',
      text: 'You have been asked to read and sign a document. It takes about two minutes, and you need your eID.\n\nPlease do it before **{deadline}**.',
      sms: '{account-name} asks you to sign “{document-title}” before {deadline}. Read and sign: {url}',
      heading: (accountName) => `${accountName} asks you to sign`,
      button: 'Read and sign',
    },
    reminder: {
      subject: 'Reminder: {account-name} waits for you to sign “{document-title}”',
      text: 'You have not signed this document yet. It takes about two minutes, and you need your eID.\n\nYou can do it until **{deadline}**.',
      sms: 'Reminder: {account-name} waits for you to sign “{document-title}” before {deadline}. Read and sign: {url}',
      heading: (accountName) => `${accountName} reminds you to sign`,
      button: 'Read and sign',
    },
    signatureReceipt: {
      subject: 'You have signed “{document-title}”',
      text: 'Thank you, {signed-name}. You signed this document on {signed-date} at {signed-time} with {signature-method}.',
      sms: 'You have signed “{document-title}” from {account-name} on {signed-date} at {signed-time}.',
      heading: (accountName) => `You have signed for ${accountName}`,
      button: 'Open the document',
    },
    finalReceipt: {
      subject: '“{document-title}” is signed',
      text: 'All signatures are there. The last one was made on {signed-date} at {signed-time}.',
      sms: '“{document-title}” from {account-name} has been signed by everybody who was needed.',
      heading: (accountName) => `Signed for ${accountName}`,
      button: 'Open the document',
    },
    canceled: {
      subject: '{account-name} has cancelled “{document-title}”',
      text: 'This document has been cancelled. It can no longer be signed, and you need not do anything.',
      sms: '{account-name} has cancelled “{document-title}”. It can no longer be signed.',
      heading: (accountName) => `Cancelled by ${accountName}`,
      button: 'See what happened',
    },
    expired: {
      subject: 'The time to sign “{document-title}” is over',
      text: 'The deadline for this document was **{deadline}**. It can no longer be signed.',
      sms: 'The deadline for “{document-title}” from {account-name} has passed. It can no longer be signed.',
      heading: (accountName) => `${accountName} asked you to sign`,
      button: 'See what happened',
    },
  },
  aboutLabel: 'About the document',
  deadlineLabel: 'Sign before',
  contactHeading: 'Questions about the document?',
  addressHint: 'If the button does not work, open this address:',
  personalLink: (accountName) =>
    `You get this message because ${accountName} named you as a signer. The link is yours alone, so please do not pass it on.`,
  namedByAccount: (accountName) => `You get this message because ${accountName} wants you to be told.`,
  attachmentLabel: 'Attached',
  testName: 'TEST',
  testNote: 'This is a test. Signatures have no legal effect.',
  untitled: 'A document',
};

const norwegian: MessageTexts = {
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

const builtIn: Partial<Record<Language, MessageTexts>> = { EN: english, NO: norwegian };

/** The built-in texts in a language, or in English. */
export function messageTexts(language: Language): MessageTexts {
  return builtIn[language] ?? english;
}

/**
 * The account's own text in the signer's language, else its English one, else the built-in one; with the language in
 * which everything around it is written.
 */
export function chooseText<Text extends { language: Language }>(
  own: readonly Text[] | undefined,
  language: Language,
): { own: Text | undefined; around: MessageTexts } {
  const chosen = own?.find((text) => text.language === language) ?? own?.find((text) => text.language === 'EN');
  return { own: chosen, around: messageTexts(chosen?.language ?? language) };
}
