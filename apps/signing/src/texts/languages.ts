import { en, type TextKey, type Texts } from './en.ts';
import { nb } from './nb.ts';

/** A language of the app: its code on the wire, its tag in the page, how it writes dates and numbers, its own name. */
export type Language = { code: string; tag: string; locale: string; name: string; short: string; texts: Texts };

export const languages = [
  { code: 'EN', tag: 'en', locale: 'en-GB', name: 'English', short: 'EN', texts: en },
  { code: 'NO', tag: 'nb', locale: 'nb-NO', name: 'Norsk (bokmål)', short: 'NO', texts: nb },
] as const satisfies readonly Language[];

/**
 * The first wanted language that exists, English if none does. Accepts codes of the wire (`NO`) and tags of browsers
 * (`nb-NO`, `nn`), which all mean Norwegian.
 */
export function chooseLanguage(wanted: readonly (string | null | undefined)[]): Language {
  for (const want of wanted) {
    const primary = want?.toLowerCase().split('-')[0];
    const tag = primary === 'no' || primary === 'nn' ? 'nb' : primary;
    const found = languages.find((language) => language.tag === tag);
    if (found) return found;
  }
  return languages[0];
}

export type { TextKey };
