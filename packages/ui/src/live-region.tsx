import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from 'react';

const Announce = createContext<(text: string) => void>(() => {});

/** Says things to screen readers that others see, without moving the focus. */
export function LiveRegion({ children }: { children: ReactNode }) {
  const [text, setText] = useState('');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const announce = useCallback((next: string) => {
    // Emptied first and filled a moment later: the same sentence twice would otherwise be read only once.
    setText('');
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setText(next), 60);
  }, []);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <Announce value={announce}>
      {children}
      <div className="sr-only" aria-live="polite">
        {text}
      </div>
    </Announce>
  );
}

export function useAnnounce(): (text: string) => void {
  return useContext(Announce);
}
