import { AdesError } from './ades-error.ts';
import type { RevocationSource, TimeStampAuthority } from './ports.ts';

/**
 * Baseline levels, which all formats share (EN 319 122-1 §6, EN 319 132-1 §6, EN 319 142-1 §6): signed; with a
 * time-stamp on the signature; with the data to validate it offline; with a time-stamp over that data.
 */
export type BaselineLevel = 'B-B' | 'B-T' | 'B-LT' | 'B-LTA';

const LEVELS: readonly BaselineLevel[] = ['B-B', 'B-T', 'B-LT', 'B-LTA'];

/** Whether `level` is `wanted` or above it; no level reaches none. */
export const reachesLevel = (level: BaselineLevel | undefined, wanted: BaselineLevel): boolean =>
  level !== undefined && LEVELS.indexOf(level) >= LEVELS.indexOf(wanted);

/** The lowest of the levels; none when one of them is missing, or the list is empty. */
export function lowestLevel(levels: readonly (BaselineLevel | undefined)[]): BaselineLevel | undefined {
  if (levels.includes(undefined)) return undefined;
  return LEVELS.find((level) => levels.includes(level));
}

/** What the verification of one signature found. */
export interface VerifiedSigner {
  /** Subject of the signing certificate, most significant attribute first. */
  subject: { type: string; value: string }[];
  /** Time that the signer claims. */
  claimedAt: Date | undefined;
  /** Time proven by the signature time-stamp. */
  stampedAt: Date | undefined;
  /** Certification path, end certificate first; empty when there is none. */
  path: Uint8Array[];
  /** Level that this signature reaches; none when something is wrong. */
  level: BaselineLevel | undefined;
  /** Common names of certificates whose status the signature does not prove. */
  missingStatus: string[];
  problems: string[];
}

/** What a signature is to reach, and the services that this takes. */
export interface BaselineServices {
  level: BaselineLevel;
  /** DER roots that the chains, the TSA's included, must lead to. */
  trustAnchors: readonly Uint8Array[];
  /** Needed from B-T on. */
  tsa?: TimeStampAuthority;
  /** Needed from B-LT on. */
  revocation?: RevocationSource;
}

/** @throws AdesError `level_not_possible` when a service that the level needs is missing */
export function requireServices({ level, tsa, revocation }: BaselineServices): void {
  if (reachesLevel(level, 'B-T') && !tsa) throw levelNotPossible('a time-stamp authority');
  if (reachesLevel(level, 'B-LT') && !revocation) throw levelNotPossible('a source of revocation data');
}

export function levelNotPossible(what: string): AdesError {
  return new AdesError('level_not_possible', `the level needs ${what}`);
}
