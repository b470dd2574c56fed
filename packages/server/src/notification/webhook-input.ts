import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { OutboundHttp } from '../kernel/outbound-http/outbound-http.ts';
import { EVERY_EVENT } from './contract/event-types.ts';

const MAX_SECRET_BYTES = 256;

/** Without repeats; `*` stands alone, since it includes the others. */
export function canonicalEvents(events: readonly string[]): string[] {
  return events.includes(EVERY_EVENT) ? [EVERY_EVENT] : [...new Set(events)];
}

/** What the schema cannot say about `config`. Throws 400 `validation_failed`. */
export function requireValidConfig(config: {
  url?: string | null | undefined;
  secret?: string | null | undefined;
}): void {
  const errors: FieldError[] = [];
  if (config.url?.includes('#')) {
    errors.push({ field: 'config.url', code: 'url', message: 'Must not have a fragment.' });
  }
  if (config.secret && Buffer.byteLength(config.secret) > MAX_SECRET_BYTES) {
    errors.push({
      field: 'config.secret',
      code: 'max_length',
      message: `Must have at most ${MAX_SECRET_BYTES} bytes in UTF-8.`,
    });
  }
  if (errors.length > 0) {
    throw new SeglError(400, 'validation_failed', 'The configuration of the webhook is invalid.', { errors });
  }
}

/** Throws 422 `url_not_allowed`, in words that tell nothing about what the name means inside the network. */
export async function requireAllowedUrl(http: OutboundHttp, url: string, environment: Environment): Promise<void> {
  const check = await http.checkTarget(url, { environment, kind: 'webhook' });
  if (check.ok) return;
  throw new SeglError(422, 'url_not_allowed', 'Webhooks cannot be sent to this address.', {
    errors: [
      {
        field: 'config.url',
        code: 'url',
        message: 'Use https and a public host name that resolves, with a usual port.',
      },
    ],
  });
}
