/** What the server writes into the page. */
export interface Boot {
  link: string | null;
  state: 'ok' | 'unknown_link' | 'eid_window';
  language: string | null;
  framed: boolean;
}

/** Reads it. A page that was saved and opened from disk counts as an unknown link. */
export function readBoot(page: Document): Boot {
  const text = page.getElementById('segl-boot')?.textContent ?? '';
  try {
    return JSON.parse(text) as Boot;
  } catch {
    return { link: null, state: 'unknown_link', language: null, framed: false };
  }
}

/** The run of the eID that sent the browser back, and the code of this return, from `#attempt=…`. */
export function attemptInHash(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('attempt');
}
