import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseGuid } from '../../kernel/ids/uuid.ts';
import type { Html } from '../html.ts';
import type { InboxDeps, MessagingDeps } from '../messaging-deps.ts';
import { openMessage } from '../sealed-message.ts';
import { findInboxMessage, listInbox } from '../store.ts';
import { mayReadInbox } from './inbox-access.ts';
import { INBOX_PATH, listPage, messagePage, signInPage, unknownMessagePage } from './inbox-pages.ts';

const PAGE_SIZE = 50;
const STYLESHEET = readFileSync(new URL('inbox.css', import.meta.url));

const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/** Mounts `/test/inbox`: what the test environment sent, newest first, for whoever develops against the instance. */
export function registerInbox(
  app: FastifyInstance,
  deps: Pick<MessagingDeps, 'database' | 'box' | 'publicUrl'> & { inbox: InboxDeps },
): void {
  // A scope of its own, so that every address of the inbox, the style sheet too, has the same guard.
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      if (await mayReadInbox(request, deps.publicUrl, deps.inbox)) return;
      reply.code(401).header('www-authenticate', 'Basic realm="Segl test inbox", charset="UTF-8"');
      return sendPage(reply, signInPage());
    });

    scope.get<{ Querystring: { before?: string } }>(INBOX_PATH, template(INBOX_PATH), async (request, reply) => {
      const { before: typed } = request.query;
      const before = typeof typed === 'string' ? parseGuid(typed) : undefined;
      const found = await listInbox(deps.database, before, PAGE_SIZE + 1);
      const shown = found.slice(0, PAGE_SIZE);
      const older = found.length > PAGE_SIZE ? shown.at(-1)!.id : undefined;
      return sendPage(reply, listPage(shown, { older, isFirst: before === undefined }));
    });

    scope.get(`${INBOX_PATH}/inbox.css`, template(`${INBOX_PATH}/inbox.css`), async (_request, reply) =>
      reply.header('content-type', 'text/css; charset=utf-8').send(STYLESHEET),
    );

    scope.get<{ Params: { messageId: string } }>(
      `${INBOX_PATH}/:messageId`,
      template(`${INBOX_PATH}/{messageId}`),
      async (request, reply) => {
        const found = await findMessage(deps, request.params.messageId);
        if (!found) return sendPage(reply.code(404), unknownMessagePage());
        return sendPage(reply, messagePage(found.entry, found.kept));
      },
    );

    scope.get<{ Params: { messageId: string } }>(
      `${INBOX_PATH}/:messageId/email`,
      template(`${INBOX_PATH}/{messageId}/email`),
      async (request, reply) => {
        const message = (await findMessage(deps, request.params.messageId))?.kept?.message;
        if (message?.channel !== 'email') return sendPage(reply.code(404), unknownMessagePage());
        return sendHtml(reply, message.html, emailPolicy(message.html));
      },
    );
  });
}

function template(path: string): { config: { template: string } } {
  return { config: { template: path } };
}

async function findMessage(deps: Pick<MessagingDeps, 'database' | 'box'>, typedId: string) {
  const id = parseGuid(typedId);
  const entry = id && (await findInboxMessage(deps.database, id));
  if (!entry) return undefined;
  return { entry, kept: entry.contentSealed ? openMessage(deps.box, entry.id, entry.contentSealed) : undefined };
}

function sendPage(reply: FastifyReply, page: Html): FastifyReply {
  return sendHtml(reply, page.text, PAGE_POLICY);
}

function sendHtml(reply: FastifyReply, text: string, policy: string): FastifyReply {
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
      'x-robots-tag': 'noindex',
    })
    .send(text);
}

/** The e-mail runs nothing, loads nothing and has an origin of its own; its one style element is allowed by its hash. */
function emailPolicy(page: string): string {
  const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(style, 'utf8').digest('base64');
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    'sandbox allow-popups allow-popups-to-escape-sandbox',
  ].join('; ');
}
