import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { chooseLanguage, type Language, say, type TextKey } from './languages.ts';

interface Words {
  language: Language;
  say(key: TextKey, values?: Record<string, string>): string;
  /** A country by its code. */
  sayCountry(code: string): string;
  changeLanguage(code: string): void;
}

const Words = createContext<Words | null>(null);

/** Holds the language of the page; changing it changes words only. */
export function WordsProvider({
  wanted,
  onChange,
  children,
}: {
  wanted: readonly (string | null | undefined)[];
  onChange: (code: string) => void;
  children: ReactNode;
}) {
  const [chosen, setChosen] = useState<string | null>(null);
  const language = chooseLanguage([chosen, ...wanted]);
  useEffect(() => {
    document.documentElement.lang = language.tag;
  }, [language]);
  const words = useMemo<Words>(() => {
    const countries = new Intl.DisplayNames([language.tag], { type: 'region' });
    return {
      language,
      say: (key, values) => say(language, key, values),
      sayCountry: (code) => countries.of(code) ?? code,
      changeLanguage(code) {
        setChosen(code);
        onChange(code);
      },
    };
  }, [language, onChange]);
  return <Words value={words}>{children}</Words>;
}

export function useWords(): Words {
  const words = useContext(Words);
  if (!words) throw new Error('No language around this component');
  return words;
}
