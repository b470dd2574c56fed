import pino from 'pino';

export type Log = Pick<pino.Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'> & { child(bindings: object): Log };

/**
 * Structured JSON log on stdout. What must never be in a log is not passed to it; the redaction list is the second
 * line of defence for objects that carry secrets or personal data under their usual names.
 */
export function createLog(level: string): Log {
  return pino({
    level,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['secret', 'token', 'password', 'authorization', 'jwt', 'url', 'nationalNumber', 'email', 'mobile'].flatMap(
        (name) => [name, `*.${name}`, `*.*.${name}`],
      ),
      censor: '[redacted]',
    },
  });
}
