import { olderErrorCode, type SessionError } from './session-error.ts';

export interface ReturnUrls {
  success?: string | undefined;
  abort?: string | undefined;
  error?: string | undefined;
}

/** What a return URL says of the session. */
export interface ReturnFacts {
  generation: 'v1' | 'v2';
  sessionId: string;
  requestId: string;
  externalReference: string | undefined;
  error: SessionError | undefined;
}

/** `[0]`, `[1]` and `[2]`, as they are or with percent-encoded brackets. */
const PLACEHOLDER = /(?:\[|%5B)([012])(?:\]|%5D)/gi;

/**
 * The URL to which the user goes: with the placeholders filled in; in the newer API, where there are none, with session,
 * reference and error code added to the query.
 */
export function resolveReturnUrl(template: string, facts: ReturnFacts): string {
  const values = [facts.error ? olderErrorCode(facts.error.code) : '', facts.requestId, facts.externalReference ?? ''];
  let filled = false;
  const text = template.replace(PLACEHOLDER, (_all, index: string) => {
    filled = true;
    return encodeURIComponent(values[Number(index)]!);
  });
  if (filled || facts.generation === 'v1') return text;
  const url = new URL(template);
  url.searchParams.set('sessionId', facts.sessionId);
  if (facts.externalReference) url.searchParams.set('externalReference', facts.externalReference);
  if (facts.error) url.searchParams.set('errorCode', facts.error.code);
  return url.href;
}

/** Whether a return URL may be used: https, or http for this machine and in the test environment. */
export function isReturnUrl(text: string, environment: 'test' | 'prod'): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (environment === 'test' || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname));
}
