import type { Language, MessageKind } from './messaging-deps.ts';
import { danish } from './texts/da.ts';
import { english } from './texts/en.ts';
import { finnish } from './texts/fi.ts';
import { norwegian } from './texts/nb.ts';
import { swedish } from './texts/sv.ts';

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

const builtIn: Partial<Record<Language, MessageTexts>> = {
  EN: english,
  NO: norwegian,
  DA: danish,
  SV: swedish,
  FI: finnish,
};

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
