/**
 * An AdES operation that cannot give a sound result. `code` is stable lower snake case, `message` is English for a
 * developer and free of personal data.
 */
export class AdesError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'AdesError';
    this.code = code;
  }
}
