const KIND = 'segl_eid_returned';

/**
 * The window in which an eID runs that must not be framed. It ends on a page of this host, which hands the return over
 * to the frame that opened it: the two share no storage, as browsers keep that of a frame apart.
 */
export function openEidWindows(page: Window, onReturn: (attempt: string) => void) {
  let opened: Window | null = null;
  page.addEventListener('message', (event) => {
    if (event.origin !== page.location.origin || event.source !== opened || opened === null) return;
    const { kind, attempt } = (event.data ?? {}) as { kind?: unknown; attempt?: unknown };
    if (kind === KIND && typeof attempt === 'string') onReturn(attempt);
  });
  return {
    /** `false` when the browser lets no window open without a click. */
    open(url: string): boolean {
      opened = page.open(url, 'segl-eid', 'popup,width=520,height=780');
      return opened !== null;
    },
    close(): void {
      opened?.close();
      opened = null;
    },
  };
}

/** In the window itself: tells the frame how the eID sent the browser back. */
export function handOverReturn(page: Window, attempt: string | null): void {
  if (attempt !== null) page.opener?.postMessage({ kind: KIND, attempt }, page.location.origin);
}
