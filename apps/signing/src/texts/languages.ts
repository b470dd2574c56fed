import { en, type TextKey, type Texts } from './en.ts';

/** A language of the app: its code on the wire, its tag in the page, how it writes dates and numbers, its own name. */
export type Language = {
  code: string;
  tag: string;
  locale: string;
  name: string;
  short: string;
  /** English is always there; the others come when somebody wants them. */
  load: () => Promise<Texts>;
};

export const languages = [
  { code: 'EN', tag: 'en', locale: 'en-GB', name: 'English', short: 'EN', load: async () => en },
  {
    code: 'NO',
    tag: 'nb',
    locale: 'nb-NO',
    name: 'Norsk (bokmål)',
    short: 'NO',
    load: async () => (await import('./nb.ts')).nb,
  },
  {
    code: 'DA',
    tag: 'da',
    locale: 'da-DK',
    name: 'Dansk',
    short: 'DA',
    load: async () => (await import('./da.ts')).da,
  },
  {
    code: 'SV',
    tag: 'sv',
    locale: 'sv-SE',
    name: 'Svenska',
    short: 'SV',
    load: async () => (await import('./sv.ts')).sv,
  },
  {
    code: 'FI',
    tag: 'fi',
    locale: 'fi-FI',
    name: 'Suomi',
    short: 'FI',
    load: async () => (await import('./fi.ts')).fi,
  },
] as const satisfies readonly Language[];

/** Languages of the contract that have no texts yet: whoever is asked to sign in one of them reads English. */
const SPOKEN_IN_ENGLISH: readonly string[] = ['NL', 'DE'];

/**
 * The first wanted language that exists, English if none does. Accepts codes of the wire (`NO`) and tags of browsers
 * (`nb-NO`, `nn`), which all mean Norwegian.
 */
export function chooseLanguage(wanted: readonly (string | null | undefined)[]): Language {
  for (const want of wanted) {
    if (want && SPOKEN_IN_ENGLISH.includes(want)) return languages[0];
    const primary = want?.toLowerCase().split('-')[0];
    const tag = primary === 'no' || primary === 'nn' ? 'nb' : primary;
    const found = languages.find((language) => language.tag === tag);
    if (found) return found;
  }
  return languages[0];
}

/** The texts of a language, or English ones when they cannot be fetched: words come before the right words. */
export async function loadTexts(language: Language): Promise<Spoken> {
  try {
    return { language, texts: await language.load() };
  } catch {
    return { language: languages[0], texts: en };
  }
}

/** A language with its texts. */
export type Spoken = { language: Language; texts: Texts };

export type { TextKey };
