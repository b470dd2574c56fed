const ONE_MINUTE_MS = 60_000;

/**
 * Tells the server, at most once a minute, that somebody is reading. Returns how to stop. A failed call is not
 * reported: the next real call says whether the session still lives.
 */
export function keepAliveOnActivity(page: EventTarget, keepAlive: () => Promise<void>, now: () => number): () => void {
  let last = now();
  const onActivity = () => {
    if (now() - last < ONE_MINUTE_MS) return;
    last = now();
    keepAlive().catch(() => {});
  };
  const kinds = ['pointerdown', 'keydown', 'wheel', 'touchmove', 'scroll'] as const;
  for (const kind of kinds) page.addEventListener(kind, onActivity, { capture: true, passive: true });
  return () => {
    for (const kind of kinds) page.removeEventListener(kind, onActivity, { capture: true });
  };
}
