import { SeglError } from '../kernel/errors/segl-error.ts';

export interface ClientCredentials {
  clientId: string;
  /** As sent and, when that could be form-encoding, decoded: tried in this order. */
  secrets: string[];
}

function invalidRequest(description: string): SeglError {
  return new SeglError(400, 'invalid_request', description);
}

export function invalidClient(): SeglError {
  return new SeglError(401, 'invalid_client', 'Client authentication failed.');
}

/**
 * The client's credentials out of the Basic header or the form body (RFC 6749 §2.3.1). Both are fine when equal.
 * Throws 400 `invalid_request` for contradictions, 401 `invalid_client` when none is given.
 */
export function readClientCredentials(request: {
  authorization: string | undefined;
  form: ReadonlyMap<string, string>;
}): ClientCredentials {
  const basic = request.authorization === undefined ? undefined : readBasic(request.authorization);
  const formId = request.form.get('client_id');
  const formSecret = request.form.get('client_secret');
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

function readBasic(header: string): { ids: string[]; secrets: string[] } | undefined {
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
