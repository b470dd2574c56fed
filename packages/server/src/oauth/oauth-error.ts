import type { SeglError } from '../kernel/errors/segl-error.ts';

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
  return {
    body: { error: name, error_description: error.message, message: error.message, code: name, requestId },
    headers: {
      pragma: 'no-cache',
      ...(error.status === 401 ? { 'www-authenticate': 'Basic realm="segl"' } : {}),
    },
  };
}
