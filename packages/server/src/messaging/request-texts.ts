import type { Language } from './messaging-deps.ts';

/** Words of the request to sign. `{account-name}` is a merge field of these built-in texts only. */
export interface RequestTexts {
  /** BCP 47 tag of the language they are written in. */
  lang: string;
  subject: string;
  /** Markdown. */
  text: string;
  sms: string;
  asks(accountName: string): string;
  button: string;
  aboutLabel: string;
  deadlineLabel: string;
  contactHeading: string;
  addressHint: string;
  personalLink(accountName: string): string;
  /** Shown in the test environment. */
  testName: string;
  testNote: string;
  untitled: string;
}

const english: RequestTexts = {
  lang: 'en',
  subject: '{account-name} asks you to sign “{document-title}”',
  text: 'You have been asked to read and sign a document. It takes about two minutes, and you need your eID.\n\nPlease do it before **{deadline}**.',
  sms: '{account-name} asks you to sign “{document-title}” before {deadline}. Read and sign: {url}',
  asks: (accountName) => `${accountName} asks you to sign`,
  button: 'Read and sign',
  aboutLabel: 'About the document',
  deadlineLabel: 'Sign before',
  contactHeading: 'Questions about the document?',
  addressHint: 'If the button does not work, open this address:',
  personalLink: (accountName) =>
    `You get this message because ${accountName} named you as a signer. The link is yours alone, so please do not pass it on.`,
  testName: 'TEST',
  testNote: 'This is a test. Signatures have no legal effect.',
  untitled: 'A document',
};

const norwegian: RequestTexts = {
  lang: 'nb',
  subject: '{account-name} ber deg signere «{document-title}»',
  text: 'Du har fått et dokument som du skal lese og signere. Det tar rundt to minutter, og du trenger eID-en din.\n\nFristen er **{deadline}**.',
  sms: '{account-name} ber deg signere «{document-title}» innen {deadline}. Les og signer: {url}',
  asks: (accountName) => `${accountName} ber deg signere`,
  button: 'Les og signer',
  aboutLabel: 'Om dokumentet',
  deadlineLabel: 'Signer innen',
  contactHeading: 'Spørsmål om dokumentet?',
  addressHint: 'Hvis knappen ikke virker, kan du åpne denne adressen:',
  personalLink: (accountName) =>
    `Du får denne meldingen fordi ${accountName} har satt deg opp som underskriver. Lenken er bare din, så ikke send den videre.`,
  testName: 'TEST',
  testNote: 'Dette er en test. Signaturer har ingen rettsvirkning.',
  untitled: 'Et dokument',
};

const builtIn: Partial<Record<Language, RequestTexts>> = { EN: english, NO: norwegian };

/** The built-in texts in a language, or in English. */
export function requestTexts(language: Language): RequestTexts {
  return builtIn[language] ?? english;
}

/**
 * The account's own text in the signer's language, else its English one, else the built-in one; with the language in
 * which everything around it is written.
 */
export function chooseText<Text extends { language: Language }>(
  own: readonly Text[] | undefined,
  language: Language,
): { own: Text | undefined; around: RequestTexts } {
  const chosen = own?.find((text) => text.language === language) ?? own?.find((text) => text.language === 'EN');
  return { own: chosen, around: requestTexts(chosen?.language ?? language) };
}
