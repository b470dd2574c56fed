import { IntlMessageFormat } from 'intl-messageformat';
import type { Language, Spoken, TextKey } from './languages.ts';

export type TextValues = Record<string, string | number>;

export type Speech = {
  language: Language;
  /** The words for a key in the signer's language. */
  say(key: TextKey, values?: TextValues): string;
  /** An instant in the browser's time zone, named, because it is evidence of when something was signed. */
  sayInstant(iso: string): string;
  sayBytes(sizeBytes: number): string;
};

const UNITS = ['byte', 'kilobyte', 'megabyte'] as const;

const INSTANT: Intl.DateTimeFormatOptions = {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
};

/** Words, dates and numbers of one language. Parsed messages are kept, since screens render often. */
export function speak({ language, texts }: Spoken): Speech {
  const parsed = new Map<TextKey, IntlMessageFormat>();
  let instants: Intl.DateTimeFormat | undefined;

  return {
    language,
    say(key, values) {
      // Most words have nothing to fill in, and slow phones need milliseconds to parse each.
      if (!/[{']/.test(texts[key])) return texts[key];
      let message = parsed.get(key);
      if (!message) {
        message = new IntlMessageFormat(texts[key], language.locale, undefined, { ignoreTag: true });
        parsed.set(key, message);
      }
      return String(message.format(values));
    },
    sayInstant(iso) {
      // Not before it is asked for: it costs a slow phone as much as the rest of its first screen.
      instants ??= new Intl.DateTimeFormat(language.locale, INSTANT);
      return instants.format(new Date(iso));
    },
    sayBytes(sizeBytes) {
      const step = sizeBytes < 1000 ? 0 : sizeBytes < 1_000_000 ? 1 : 2;
      return new Intl.NumberFormat(language.locale, {
        style: 'unit',
        unit: UNITS[step],
        unitDisplay: step === 0 ? 'long' : 'short',
        maximumFractionDigits: step === 2 ? 1 : 0,
      }).format(sizeBytes / 1000 ** step);
    },
  };
}
