import type { SessionLife } from '../server/contract.ts';

/** So long before the end the signer is asked whether to go on. */
export const WARNING_MS = 2 * 60_000;

/** What is to be said of the session's end: nothing yet, that it can be put off, that it cannot, or that it is over. */
export type LifePhase = 'alive' | 'ending' | 'ending_for_good' | 'over';

/** The end of a session by the server's word, kept on the clock of this device. */
export function watchSessionLife(now: () => number) {
  let expiresAt = Number.POSITIVE_INFINITY;
  let endsAt = Number.POSITIVE_INFINITY;
  return {
    /** What the server has said just now. */
    learn(life: SessionLife): void {
      expiresAt = now() + life.expiresInSeconds * 1000;
      endsAt = now() + life.endsInSeconds * 1000;
    },
    phase(): LifePhase {
      const left = expiresAt - now();
      if (left <= 0) return 'over';
      if (left > WARNING_MS) return 'alive';
      // Putting it off moves it no further than the absolute end.
      return endsAt - expiresAt < 1000 ? 'ending_for_good' : 'ending';
    },
  };
}
