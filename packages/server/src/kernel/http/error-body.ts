import type { FieldError, SeglError } from '../errors/segl-error.ts';

export interface ErrorBody {
  message: string;
  code: string;
  errorMessage: string;
  errorCode: string;
  requestId: string;
  errors?: FieldError[];
  [member: string]: unknown;
}

/** The one error body that serves every generation of clients: each reads other member names out of it. */
export function errorBody(error: SeglError, requestId: string): ErrorBody {
  return {
    message: error.message,
    code: error.code,
    errorMessage: error.message,
    errorCode: error.code,
    requestId,
    ...error.members,
    ...(error.errors.length > 0 || error.status === 400 ? { errors: error.errors } : {}),
  };
}

/**
 * The reason phrase of an HTTP/1.1 answer: `document_not_found` → `Document not found`. It is made of the code and so
 * never holds anything of the request.
 */
export function reasonPhrase(code: string): string {
  const words = code.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1, 100);
}
