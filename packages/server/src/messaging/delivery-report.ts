import type { FastifyInstance } from 'fastify';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { MessagingDeps } from './messaging-deps.ts';
import { reportDelivery } from './store.ts';

const PATH = '/app/v1/delivery-reports';
const MAX_REPORT_BYTES = 16 * 1024;
const BOUND_TO = 'delivery report';

/** How gateways call what became of an SMS; every other word is a step on the way. */
const OUTCOMES: Readonly<Record<string, 'DELIVERED' | 'FAILED'>> = {
  delivered: 'DELIVERED',
  failed: 'FAILED',
  undelivered: 'FAILED',
  rejected: 'FAILED',
  expired: 'FAILED',
};

/** Where a gateway reports on one message: who knows the address may report, and on nothing else. */
export function deliveryReportUrl(
  { publicUrl, box }: Pick<MessagingDeps, 'publicUrl' | 'box'>,
  message: { documentId: string; messageId: string },
): string {
  const token = box.encrypt(Buffer.from(`${message.documentId} ${message.messageId}`), BOUND_TO);
  return `${publicUrl}${PATH}/${token.toString('base64url')}`;
}

/**
 * Mounts the address that gateways report to, by POST: a JSON object with `status`, or a form with `MessageStatus` as Twilio
 * posts it. Answers 204, also for what says nothing new; 404 for an address that was not given to anybody.
 */
export function registerDeliveryReports(
  app: FastifyInstance,
  deps: Pick<MessagingDeps, 'database' | 'box' | 'accountTime'>,
): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MAX_REPORT_BYTES }, (_request, body, done) =>
      done(null, body),
    );
    const template = `${PATH}/{token}`;
    scope.post<{ Params: { token: string } }>(`${PATH}/:token`, { config: { template } }, async (request, reply) => {
      const message = openToken(deps, request.params.token);
      const outcome = OUTCOMES[statusOf(String(request.body ?? ''))];
      if (outcome && (await reportDelivery(deps, message, outcome)) === 'pending') {
        // The gateway was faster than the record that it took the message.
        throw new SeglError(503, 'service_unavailable', 'Report this again in a moment.', { retryAfterSeconds: 5 });
      }
      return reply.code(204).send();
    });
  });
}

function openToken({ box }: Pick<MessagingDeps, 'box'>, token: string): { documentId: string; messageId: string } {
  try {
    const [documentId = '', messageId = ''] = box
      .decrypt(Buffer.from(token, 'base64url'), BOUND_TO)
      .toString('utf8')
      .split(' ');
    return { documentId, messageId };
  } catch (cause) {
    throw new SeglError(404, 'not_found', 'There is nothing at this address.', { cause });
  }
}

function statusOf(body: string): string {
  const form = new URLSearchParams(body).get('MessageStatus');
  if (form !== null) return form.toLowerCase();
  try {
    return String((JSON.parse(body) as { status?: unknown } | null)?.status).toLowerCase();
  } catch {
    return '';
  }
}
