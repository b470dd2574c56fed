import type { SeglError } from '../kernel/errors/segl-error.ts';

const MAX_DESCRIPTION = 500;

/** Statuses of RFC 6749 §5.2 that come from our own errors of another name. */
const NAMES: Record<string, string> = {
  unsupported_media_type: 'invalid_request',
  payload_too_large: 'invalid_request',
  invalid_json: 'invalid_request',
  invalid_encoding: 'invalid_request',
  internal_error: 'server_error',
  service_unavailable: 'temporarily_unavailable',
};

/**
 * Error body of RFC 6749 §5.2. `message` and `code` repeat it, because one generation of clients reads `message` on
 * every failed call.
 */
export function oauthErrorBody(
  error: SeglError,
  requestId: string,
): { body: unknown; headers?: Record<string, string> } {
  const name = NAMES[error.code] ?? error.code;
  const description = describable(error.message);
  return {
    body: { error: name, error_description: description, message: description, code: name, requestId },
    headers: {
      pragma: 'no-cache',
      ...(error.status === 401 ? { 'www-authenticate': 'Basic realm="segl"' } : {}),
    },
  };
}

/** The characters that RFC 6749 §5.2 allows: names out of the request may have others, and any length. */
function describable(text: string): string {
  const allowed = text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?');
  return allowed.length > MAX_DESCRIPTION ? `${allowed.slice(0, MAX_DESCRIPTION)}...` : allowed;
}
