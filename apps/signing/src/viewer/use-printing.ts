import { useCallback, useEffect, useRef, useState } from 'react';
import { loadPages } from './load-viewer.ts';
import type { PdfSource } from './pdf-document.ts';

/** Prints a PDF page by page, and anything else as it stands on the page. `drawing` is the page that is being prepared. */
export function usePrinting(source: PdfSource | null): {
  drawing: number | null;
  failed: boolean;
  print: () => Promise<void>;
} {
  const [drawing, setDrawing] = useState<number | null>(null);
  const [failed, setFailed] = useState(false);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const print = useCallback(async () => {
    if (!source) return window.print();
    if (running.current) return;
    const controller = new AbortController();
    running.current = controller;
    setFailed(false);
    setDrawing(1);
    try {
      const { printPages } = await loadPages();
      await printPages(source, setDrawing, controller.signal);
    } catch {
      setFailed(true);
    }
    running.current = null;
    setDrawing(null);
  }, [source]);

  useEffect(() => {
    if (!source) return;
    // The browser's own printing would have only the pages that are drawn now.
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'p' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      event.preventDefault();
      void print();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [source, print]);

  return { drawing, failed, print };
}
