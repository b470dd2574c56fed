import type { OperationResult } from '../kernel/http/route.ts';
import type { JwtPayload } from './contract/redirect-token.ts';
import type { DocumentRecord, SignatureRecord, SignerRecord } from './store.ts';

/** Tokens signed with a key that everybody can check; handed in by the composition. */
export interface RedirectTokens {
  issue(type: string, lifetimeSeconds: number, claimsOf: (expiresAt: Date) => Record<string, unknown>): Promise<string>;
  check(
    jwt: string,
  ): Promise<
    | { genuine: true; type: string; claims: Record<string, unknown>; time: string | undefined }
    | { genuine: false; fault: string }
  >;
}

/** How the signer's visit ended. */
export type RedirectOutcome =
  | { result: 'signed'; signature: SignatureRecord }
  | { result: 'aborted' }
  | {
      result: 'failed';
      error: {
        errorCode: string;
        errorMessage: string;
        eidErrorCode?: string | undefined;
        eidErrorMessage?: string | undefined;
      };
    };

/** Of no other kind of token (RFC 8725 §3.11). */
const TYPE = 'redirect+jwt';
const LIFETIME_SECONDS = 600;
const TARGETS = { signed: 'success', aborted: 'cancel', failed: 'error' } as const;

/**
 * Where the browser goes after this outcome, with `idfy-jwt` in the query: a receipt for the page that it goes to.
 * `undefined` when the signer is not sent anywhere.
 */
export async function redirectUrl(
  deps: { redirectTokens: RedirectTokens },
  document: DocumentRecord,
  signer: SignerRecord,
  outcome: RedirectOutcome,
): Promise<string | undefined> {
  const { redirectMode, ...urls } = signer.request.redirectSettings;
  const target = urls[TARGETS[outcome.result]];
  if (!target || (redirectMode !== 'redirect' && !redirectMode.startsWith('iframe_with_redirect'))) return undefined;
  const jwt = await deps.redirectTokens.issue(TYPE, LIFETIME_SECONDS, (expiresAt) => ({
    AccountId: document.accountId,
    DocumentId: document.id,
    ExternalId: document.request.externalId,
    SignerId: signer.id,
    ExternalSignerId: signer.request.externalSignerId,
    ...outcomeClaims(outcome),
    Expires: expiresAt.toISOString(),
  }));
  return withParameter(target, `idfy-jwt=${jwt}`);
}

function outcomeClaims(outcome: RedirectOutcome): Record<string, unknown> {
  switch (outcome.result) {
    case 'signed': {
      const { signature } = outcome;
      const claims = {
        SignatureMethodUniqueId: signature.methodUniqueId,
        FirstName: signature.firstName,
        MiddleName: signature.middleName,
        LastName: signature.lastName,
        FullName: signature.fullName,
        DateOfBirth: signature.dateOfBirth,
        SignatureMethod: signature.method,
        SignedTime: signature.signedAt.toISOString(),
        Mechanism: signature.mechanism,
      };
      return { SignSuccess: claims };
    }
    case 'aborted':
      return { Aborted: true };
    case 'failed': {
      const { errorMessage, errorCode, eidErrorMessage, eidErrorCode } = outcome.error;
      return {
        Error: {
          ErrorMessage: errorMessage,
          ErrorCode: errorCode,
          EidErrorMessage: eidErrorMessage,
          EidErrorCode: eidErrorCode,
        },
      };
    }
  }
}

/** Before a fragment and after what is there: the address is the integrator's, so nothing else of it is touched. */
function withParameter(url: string, parameter: string): string {
  const hash = url.indexOf('#');
  const [address, fragment] = hash < 0 ? [url, ''] : [url.slice(0, hash), url.slice(hash)];
  const separator = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&';
  return address + separator + parameter + fragment;
}

/** What a redirect token says; 200 also for one that is forged or too old. */
export async function validateRedirectToken(
  deps: { redirectTokens: RedirectTokens },
  body: { jwt: string },
): Promise<OperationResult> {
  const checked = await deps.redirectTokens.check(body.jwt);
  const fault = !checked.genuine ? checked.fault : checked.type !== TYPE ? 'not_a_redirect_token' : undefined;
  if (!checked.genuine || fault !== undefined) {
    return { status: 200, body: { jwtValid: false, expired: false, error: fault } };
  }
  const jwtPayload = payloadOf(checked.claims);
  return { status: 200, body: { jwtValid: true, expired: checked.time === 'expired', jwtPayload } };
}

const CLAIMS = [
  'AccountId',
  'DocumentId',
  'ExternalId',
  'SignerId',
  'ExternalSignerId',
  'SignSuccess',
  'Aborted',
  'Error',
  'Expires',
];

function payloadOf(claims: Record<string, unknown>): JwtPayload {
  const known = Object.fromEntries(Object.entries(claims).filter(([name]) => CLAIMS.includes(name)));
  return camelCase({ Aborted: false, ...known }) as JwtPayload;
}

function camelCase(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name[0]!.toLowerCase() + name.slice(1), camelCase(member)]),
  );
}
