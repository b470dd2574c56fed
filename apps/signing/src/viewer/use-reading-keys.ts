import { type RefObject, useEffect, useRef } from 'react';

/**
 * The keys of reading: Page Up and Down, Home, End wherever the focus is; + and − and 0 only while it is on the document,
 * as WCAG 2.1.4 asks of single characters. Fields, open dialogs and the browser's own shortcuts keep theirs.
 */
export function useReadingKeys(
  scroller: RefObject<HTMLElement | null>,
  zoomBy: (direction: 1 | -1) => void,
  fit: () => void,
): void {
  const actions = useRef({ zoomBy, fit });
  actions.current = { zoomBy, fit };
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const view = scroller.current;
      const target = event.target as Element | null;
      if (!view || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target?.closest('input, textarea, select, dialog[open]')) return;
      const screenful = view.clientHeight * 0.9;
      const goals: Record<string, number> = {
        PageDown: view.scrollTop + screenful,
        PageUp: view.scrollTop - screenful,
        Home: 0,
        End: view.scrollHeight,
      };
      const top = goals[event.key];
      if (top !== undefined) view.scrollTo({ top });
      else if (!view.contains(target)) return;
      else if (event.key === '+' || event.key === '=') actions.current.zoomBy(1);
      else if (event.key === '-') actions.current.zoomBy(-1);
      else if (event.key === '0') actions.current.fit();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [scroller]);
}
