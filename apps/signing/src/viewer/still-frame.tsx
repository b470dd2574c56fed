import { useEffect, useMemo, useRef, useState } from 'react';

/** Where the server leaves room for the nonce of this page, whose policy the frame inherits. */
const NONCE_MARK = '__SEGL_NONCE__';

function nonceOfPage(): string {
  return document.querySelector<HTMLElement>('[nonce]')?.nonce ?? '';
}

/** A second lock beside the sandbox and the server's copy: this policy and the page's both hold. */
function withPolicy(html: string): string {
  const nonce = nonceOfPage();
  const policy = `default-src 'none'; img-src data:; style-src 'nonce-${nonce}'`;
  return html
    .replaceAll(NONCE_MARK, nonce)
    .replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${policy}">`);
}

/**
 * Shows an HTML document without script, forms, links or network, as high as it is: the page around it scrolls. The frame
 * has the page's origin, so that its height can be read; nothing in it can run that could make use of it.
 */
export function StillFrame({
  html,
  scale,
  title,
  onLaidOut,
}: {
  html: string;
  scale: number;
  title: string;
  onLaidOut: () => void;
}) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [root, setRoot] = useState<HTMLElement | null>(null);
  const laidOut = useRef(onLaidOut);
  laidOut.current = onLaidOut;
  const source = useMemo(() => withPolicy(html), [html]);

  useEffect(() => {
    const element = frame.current;
    if (!root || !element) return;
    root.style.setProperty('zoom', String(scale));
    const fit = () => {
      const sideways = root.scrollWidth > root.clientWidth ? 20 : 0;
      element.style.height = `${Math.ceil(root.getBoundingClientRect().height * zoomOf(root, scale)) + sideways}px`;
      laidOut.current();
    };
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(root);
    return () => observer.disconnect();
  }, [root, scale]);

  useEffect(() => {
    if (!root) return;
    // The keys of reading belong to the page, wherever the focus is.
    const onKey = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey } = event;
      const copy = new KeyboardEvent('keydown', { key, ctrlKey, metaKey, altKey, bubbles: true, cancelable: true });
      if (!frame.current?.dispatchEvent(copy)) event.preventDefault();
    };
    const inner = root.ownerDocument;
    inner.addEventListener('keydown', onKey);
    return () => inner.removeEventListener('keydown', onKey);
  }, [root]);

  return (
    <iframe
      ref={frame}
      className="still-frame"
      title={title}
      srcDoc={source}
      sandbox="allow-same-origin"
      referrerPolicy="no-referrer"
      onLoad={() => setRoot(frame.current?.contentDocument?.documentElement ?? null)}
    />
  );
}

/** Browsers differ in whether a box is measured in its own magnified units. */
function zoomOf(root: HTMLElement, scale: number): number {
  const { currentCSSZoom } = root as HTMLElement & { currentCSSZoom?: number };
  return currentCSSZoom === undefined ? scale : 1;
}
