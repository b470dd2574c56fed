import type { Boot } from '../server/contract.ts';

/** Reads what the server wrote into the page. A page that was saved and opened from disk counts as an unknown link. */
export function readBoot(page: Document): Boot {
  const text = page.getElementById('segl-boot')?.textContent ?? '';
  try {
    return JSON.parse(text) as Boot;
  } catch {
    return { bootCode: null, handle: null, language: '', messageOrigins: [], state: 'unknown_link' };
  }
}

/** The attempt with which the eID sent the browser back, and the code of this return, from `#attempt=…`. */
export function attemptInHash(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, '')).get('attempt');
}
