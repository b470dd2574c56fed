import { SeglError } from '../kernel/errors/segl-error.ts';
import { ASSERTION_TYPE, claimedClientId } from './client-assertion.ts';

export type ClientCredentials =
  | {
      clientId: string;
      /** As sent and, when that could be form-encoding, decoded: tried in this order. */
      secrets: string[];
    }
  | { clientId: string; assertion: string };

function invalidRequest(description: string): SeglError {
  return new SeglError(400, 'invalid_request', description);
}

export function invalidClient(): SeglError {
  return new SeglError(401, 'invalid_client', 'Client authentication failed.');
}

/**
 * The client's credentials: the Basic header, the form body (RFC 6749 §2.3.1), both when equal, or a signed assertion
 * (RFC 7523 §2.2), which stands alone. Throws 400 `invalid_request` for contradictions, 401 `invalid_client` when none is
 * given.
 */
export function readClientCredentials(request: {
  authorization: readonly string[];
  form: ReadonlyMap<string, string>;
}): ClientCredentials {
  const { authorization, form } = request;
  if (authorization.length > 1) throw invalidRequest('Two Authorization headers are given.');
  const formId = form.get('client_id');
  const formSecret = form.get('client_secret');
  if (form.has('client_assertion') || form.has('client_assertion_type')) {
    if (authorization.length > 0 || formSecret !== undefined) {
      throw invalidRequest('Use one way of client authentication: an assertion or a secret.');
    }
    return readAssertion(form, formId);
  }
  const basic = authorization[0] === undefined ? undefined : readBasic(authorization[0]);
  if (!basic) {
    if (formId === undefined || formSecret === undefined) throw invalidClient();
    return { clientId: formId, secrets: [formSecret] };
  }
  if (formId !== undefined && !basic.ids.includes(formId)) throw invalidRequest('Two different clients are named.');
  if (formSecret !== undefined && !basic.secrets.includes(formSecret)) {
    throw invalidRequest('Two different client secrets are given.');
  }
  // No client id has a character that form encoding changes, so the decoded reading is the id.
  return { clientId: formId ?? basic.ids.at(-1)!, secrets: basic.secrets };
}

function readAssertion(form: ReadonlyMap<string, string>, formId: string | undefined): ClientCredentials {
  if (form.get('client_assertion_type') !== ASSERTION_TYPE) {
    throw invalidRequest(`The client_assertion_type must be ${ASSERTION_TYPE}.`);
  }
  const assertion = form.get('client_assertion') ?? '';
  const clientId = claimedClientId(assertion);
  if (clientId === undefined) throw invalidClient();
  if (formId !== undefined && formId !== clientId) throw invalidRequest('Two different clients are named.');
  return { clientId, assertion };
}

function readBasic(header: string): { ids: string[]; secrets: string[] } {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+)\s*$/i.exec(header)?.[1];
  if (encoded === undefined) throw invalidClient();
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw invalidClient();
  return { ids: readings(text.slice(0, colon)), secrets: readings(text.slice(colon + 1)) };
}

function readings(value: string): string[] {
  if (!/[%+]/.test(value)) return [value];
  try {
    const decoded = decodeURIComponent(value.replaceAll('+', ' '));
    return decoded === value ? [value] : [value, decoded];
  } catch {
    return [value];
  }
}
