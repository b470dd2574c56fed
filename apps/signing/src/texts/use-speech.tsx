import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { chooseLanguage } from './languages.ts';
import { type Speech, speak } from './texts.ts';

type Spoken = Speech & { changeLanguage: (code: string) => void };

const Spoken = createContext<Spoken | null>(null);

/**
 * Holds the language of the page: the signer's own choice first, then what the sender or the browser asks for. Changing
 * it re-renders words only; no screen, scroll position or focus is lost.
 */
export function SpeechProvider({
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
  const spoken = useMemo<Spoken>(
    () => ({
      ...speak(language),
      changeLanguage(code) {
        setChosen(code);
        onChange(code);
      },
    }),
    [language, onChange],
  );
  return <Spoken value={spoken}>{children}</Spoken>;
}

export function useSpeech(): Spoken {
  const spoken = useContext(Spoken);
  if (!spoken) throw new Error('No language around this component');
  return spoken;
}
