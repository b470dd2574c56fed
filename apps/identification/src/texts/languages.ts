import { da } from './da.ts';
import { de } from './de.ts';
import { en, type TextKey, type Texts } from './en.ts';
import { fi } from './fi.ts';
import { no } from './no.ts';
import { sv } from './sv.ts';

/** A language of the app: its code on the wire, its tag in the page, its own name. */
export interface Language {
  code: 'en' | 'no' | 'sv' | 'da' | 'fi' | 'de';
  tag: string;
  name: string;
  texts: Texts;
}

export const languages: readonly Language[] = [
  { code: 'en', tag: 'en', name: 'English', texts: en },
  { code: 'no', tag: 'nb', name: 'Norsk (bokmål)', texts: no },
  { code: 'sv', tag: 'sv', name: 'Svenska', texts: sv },
  { code: 'da', tag: 'da', name: 'Dansk', texts: da },
  { code: 'fi', tag: 'fi', name: 'Suomi', texts: fi },
  { code: 'de', tag: 'de', name: 'Deutsch', texts: de },
];

/** The first wanted language that there is, by its code or by a tag of browsers (`nb-NO`, `nn`); English if none is. */
export function chooseLanguage(wanted: readonly (string | null | undefined)[]): Language {
  for (const want of wanted) {
    const primary = want?.toLowerCase().split('-')[0];
    const code = primary === 'nb' || primary === 'nn' ? 'no' : primary;
    const found = languages.find((language) => language.code === code);
    if (found) return found;
  }
  return languages[0]!;
}

/** The words of a key, with the values filled in. */
export function say({ texts }: Language, key: TextKey, values: Record<string, string> = {}): string {
  return texts[key].replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
}

export type { TextKey };
