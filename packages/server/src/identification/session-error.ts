/** Every way for a session to fail: its name in the older API, and what it means. */
const ERRORS = {
  timed_out: ['TIMEOUT', 'The time for the identification is over.'],
  wrong_credentials: ['WRONGCREDENTIALS', 'Wrong codes or passwords were entered too often.'],
  id_blocked: ['IDBLOCKED', 'The eID is blocked.'],
  id_revoked: ['IDREVOKED', 'The eID has been revoked.'],
  id_expired: ['IDEXPIRED', 'The eID has expired.'],
  id_not_found: ['IDNOTFOUND', 'The person has no such eID.'],
  nin_mismatch: ['SSNMISMATCH', 'The eID answered for another person than the one required.'],
  already_in_progress: ['ALREADYINPROGRESS', 'The eID is busy with another run for this person.'],
  app_not_started: ['APPNOTSTARTED', 'The app of the eID was not opened.'],
  client_unsupported: ['CLIENTUNSUPPORTED', 'The browser, the card reader or the card does not do.'],
  domain_not_allowed: ['DOMAINNOTALLOWED', 'The page was framed by one that is not listed.'],
  provider_unavailable: ['PROVIDERUNAVAILABLE', 'The eID cannot be reached.'],
  provider_error: ['PROVIDERERROR', 'The eID gave an unexpected answer.'],
  nin_not_available: ['SSNNOTAVAILABLE', 'The eID did not deliver the national identity number.'],
  internal_error: ['INTERNALERROR', 'Something went wrong here. Quote the request id.'],
} as const;

export type SessionErrorCode = keyof typeof ERRORS;

export interface SessionError {
  code: SessionErrorCode;
  /** The code of the eID itself, unchanged. */
  providerCode?: string;
}

/** The code of an eID's outcome; what is not known here is an unexpected answer. */
export function errorCodeOf(code: string): SessionErrorCode {
  return Object.hasOwn(ERRORS, code) ? (code as SessionErrorCode) : 'provider_error';
}

export function olderErrorCode(code: SessionErrorCode): string {
  return ERRORS[code][0];
}

export function errorMessage(code: SessionErrorCode): string {
  return ERRORS[code][1];
}
