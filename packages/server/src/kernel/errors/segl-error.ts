/** One violated restriction of a request. `field` is the camelCase path with array indexes, or the parameter's name. */
export interface FieldError {
  field: string;
  code: string;
  message: string;
}

export interface SeglErrorOptions {
  /** Field errors for the `errors` member of the body. */
  errors?: FieldError[];
  /** What really happened; logged, never sent. */
  cause?: unknown;
  /** Seconds for the `Retry-After` header. */
  retryAfterSeconds?: number;
  /** Further members of the error body, for example `existingId`. */
  members?: Record<string, unknown>;
}

/**
 * An error that the caller may see. `code` is stable, lower snake case and has a page in `docs/errors/`;
 * `message` is English, written for a developer, and free of personal data.
 */
export class SeglError extends Error {
  readonly code: string;
  readonly status: number;
  readonly errors: FieldError[];
  readonly retryAfterSeconds: number | undefined;
  readonly members: Record<string, unknown>;

  constructor(status: number, code: string, message: string, options: SeglErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SeglError';
    this.status = status;
    this.code = code;
    this.errors = options.errors ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.members = options.members ?? {};
  }
}
