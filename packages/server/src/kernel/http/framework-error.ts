import type { FastifyError } from 'fastify';
import { SeglError } from '../errors/segl-error.ts';

/** Errors that say that the database cannot be reached now (PostgreSQL classes 08, 53, 57P; sockets). */
const DATABASE_AWAY = /^(08...|53300|57P0[123]|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND)$/;

/** What callers may see of an error that is not ours: the framework's refusals by name, everything else as a defect. */
export function fromFramework(error: FastifyError): SeglError {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new SeglError(413, 'payload_too_large', 'The request body is larger than this instance accepts.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new SeglError(400, 'invalid_request', 'The body is not as long as Content-Length says.');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new SeglError(404, 'route_not_found', 'There is no such address.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return unsupportedMediaType();
  }
  // Only the framework's own: an error of a library may carry the status of somebody else's answer.
  const { code = '', statusCode = 500 } = error;
  if (code.startsWith('FST_') && statusCode >= 400 && statusCode < 500) {
    return new SeglError(statusCode, 'invalid_request', 'The request is malformed.', { cause: error });
  }
  if (DATABASE_AWAY.test(code)) {
    return new SeglError(503, 'service_unavailable', 'The instance cannot work at the moment: try again.', {
      cause: error,
      retryAfterSeconds: 2,
    });
  }
  const message = 'Something went wrong in Segl. Quote the request id to the operator.';
  return new SeglError(500, 'internal_error', message, { cause: error });
}

export function unsupportedMediaType(): SeglError {
  const message = 'The request body must be JSON in UTF-8: send Content-Type application/json.';
  return new SeglError(415, 'unsupported_media_type', message);
}
