import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { chooseLanguage, loadTexts, type Spoken } from './languages.ts';
import { type Speech, speak } from './texts.ts';

type Changeable = Speech & { changeLanguage: (code: string) => void };

const Speaking = createContext<Changeable | null>(null);

/** Holds the language of the page. Changing it re-renders words only; no screen, scroll position or focus is lost. */
export function SpeechProvider({
  first,
  onChange,
  children,
}: {
  /** What is spoken until the signer chooses otherwise. */
  first: Spoken;
  onChange: (code: string) => void;
  children: ReactNode;
}) {
  const [spoken, setSpoken] = useState(first);
  useEffect(() => {
    document.documentElement.lang = spoken.language.tag;
  }, [spoken]);
  const speech = useMemo<Changeable>(
    () => ({
      ...speak(spoken),
      async changeLanguage(code) {
        const wanted = await loadTexts(chooseLanguage([code]));
        // Not to be fetched just now: the language that is spoken stays.
        if (wanted.language.code !== code) return;
        setSpoken(wanted);
        onChange(wanted.language.code);
      },
    }),
    [spoken, onChange],
  );
  return <Speaking value={speech}>{children}</Speaking>;
}

export function useSpeech(): Changeable {
  const speech = useContext(Speaking);
  if (!speech) throw new Error('No language around this component');
  return speech;
}
