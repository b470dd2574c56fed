/** How the deliveries of a webhook have fared. Times are on the clock of its account; pings do not count. */
export interface WebhookHealth {
  /** Attempts that failed since the last success. */
  failuresInRow: number;
  /** When the first of them failed. */
  failingSince: Date | null;
  /** In trouble: what is to be delivered waits, and one attempt a minute finds out whether the receiver is back. */
  inTroubleSince: Date | null;
  nextProbeAt: Date | null;
}

export type HealthChange = 'none' | 'fell into trouble' | 'recovered' | 'switched off';

export const HEALTHY: WebhookHealth = {
  failuresInRow: 0,
  failingSince: null,
  inTroubleSince: null,
  nextProbeAt: null,
};

export const PROBE_EVERY_MS = 60_000;
const FAILURES_TO_TROUBLE = 20;
const LONGEST_FAILING_MS = 5 * 24 * 3_600_000;

/**
 * What an attempt makes of it. Twenty failures in a row are trouble; when they go on for five days without a success the
 * webhook is to be switched off.
 */
export function healthAfter(
  health: WebhookHealth,
  success: boolean,
  now: Date,
): { health: WebhookHealth; change: HealthChange } {
  if (success) return { health: HEALTHY, change: health.inTroubleSince ? 'recovered' : 'none' };
  const failuresInRow = health.failuresInRow + 1;
  const failingSince = health.failingSince ?? now;
  const failing = { ...health, failuresInRow, failingSince };
  if (failuresInRow < FAILURES_TO_TROUBLE) return { health: failing, change: 'none' };
  if (now.getTime() - failingSince.getTime() >= LONGEST_FAILING_MS) return { health: HEALTHY, change: 'switched off' };
  if (health.inTroubleSince) return { health: failing, change: 'none' };
  const nextProbeAt = new Date(now.getTime() + PROBE_EVERY_MS);
  return { health: { ...failing, inTroubleSince: now, nextProbeAt }, change: 'fell into trouble' };
}
