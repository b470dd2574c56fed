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
