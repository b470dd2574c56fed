import type { EidOutcome, EidPerson } from '../eid-provider.ts';

/** A claim that holds text, without the blanks around it; nothing for everything else. */
export function textClaim(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** A claim that holds a date of birth. */
export function dateClaim(value: unknown): string | undefined {
  const date = textClaim(value);
  return date !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(date) ? date : undefined;
}

type Names = Pick<EidPerson, 'fullName' | 'firstName' | 'middleName' | 'lastName'>;

/** Of several given names the first is taken as the first name. */
export function namesOf(fullName: string | undefined, givenNames: string, lastName: string): Names {
  const [firstName = '', ...middleNames] = givenNames.split(/\s+/);
  return {
    fullName: fullName ?? [givenNames, lastName].filter(Boolean).join(' '),
    firstName,
    ...(middleNames.length > 0 ? { middleName: middleNames.join(' ') } : {}),
    lastName,
  };
}

/** Where the eID tells one name only, its last word is taken as the family name. */
export function splitName(fullName: string): Names {
  const words = fullName.split(/\s+/);
  const lastName = words.length > 1 ? words.pop()! : '';
  return namesOf(fullName, words.join(' '), lastName);
}

/** Codes that mean the same wherever they come from; every other one is a `provider_error`. */
const knownCodes = new Set([
  'wrong_credentials',
  'id_blocked',
  'id_revoked',
  'id_expired',
  'id_not_found',
  'timed_out',
]);

/**
 * An authorization error response (RFC 6749 §4.1.2.1), for an eID that puts its own code into the description. `known` adds
 * its words for what Segl has a code for.
 */
export function outcomeOfError(
  error: string,
  description: string | undefined,
  known: Readonly<Record<string, string>> = {},
): EidOutcome {
  const providerCode = description ?? error;
  if (error === 'access_denied') {
    if (description === undefined || /cancel|abort/i.test(description)) return { result: 'canceled' };
    const code = known[description] ?? (knownCodes.has(description) ? description : 'provider_error');
    return { result: 'failed', code, providerCode };
  }
  const code = error === 'temporarily_unavailable' ? 'provider_unavailable' : 'provider_error';
  return { result: 'failed', code, providerCode };
}

/** A telephone number in the form of E.164. */
export function phoneClaim(value: unknown): string | undefined {
  const number = textClaim(value)?.replace(/[\s()-]/g, '');
  return number !== undefined && /^\+\d{6,15}$/.test(number) ? number : undefined;
}
