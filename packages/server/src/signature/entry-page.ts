import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../kernel/events/events.ts';
import { requireHttps } from '../kernel/http/require-https.ts';
import { parseGuid, uuidv7 } from '../kernel/ids/uuid.ts';
import { receiveEidCallback } from './receive-eid-callback.ts';
import { loadTurn } from './session-context.ts';
import { findSession } from './session-store.ts';
import type { SignLink } from './sign-link.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { EID_CALLBACK_PATH } from './start-signing.ts';

interface EntryOptions {
  /** The built `index.html` of the signing app, with its two marks for nonce and boot data. */
  shell(): Promise<string>;
}

interface Boot {
  bootCode: string | null;
  handle: string | null;
  language: string;
  state: 'ok' | 'unknown_link';
}

interface Turn {
  accountId: string;
  environment: Environment;
  language: string;
  frameAncestors: string[];
}

/**
 * The pages on which the signing app runs: the sign URL, the address that replaces it, and the way back from an eID.
 * A `GET` of them changes nothing, so that link previews and mail scanners never count as the signer.
 */
export function registerEntryPages(app: FastifyInstance, deps: SignatureDeps, options: EntryOptions): void {
  for (const url of ['/start', '/init']) {
    app.get<{ Querystring: { jwt?: string } }>(url, page(url), async (request, reply) => {
      const link = typeof request.query.jwt === 'string' ? deps.links.read(request.query.jwt) : undefined;
      const turn = link && (await openTurn(deps, link));
      if (!link || !turn) return sendShell(reply.code(404), options, unknownBoot(), []);
      admit(request, turn);
      const sessionId = uuidv7(deps.clock.now());
      return sendShell(
        reply,
        options,
        {
          bootCode: deps.links.bootCode(sessionId, link, deps.clock.now()),
          handle: sessionId,
          language: turn.language,
          state: 'ok',
        },
        turn.frameAncestors,
      );
    });
  }

  app.get<{ Params: { handle: string } }>('/d/:handle', page('/d/{handle}'), async (request, reply) => {
    const handle = parseGuid(request.params.handle);
    const session = handle && (await findSession(deps.database, handle));
    const turn = session && (await openTurn(deps, { ...session, rotation: undefined }));
    if (!session || !turn) return sendShell(reply.code(404), options, unknownBoot(), []);
    admit(request, turn);
    const boot: Boot = { bootCode: null, handle: session.id, language: turn.language, state: 'ok' };
    return sendShell(reply, options, boot, turn.frameAncestors);
  });

  app.get<{ Querystring: Record<string, string> }>(
    EID_CALLBACK_PATH,
    page(EID_CALLBACK_PATH),
    async (request, reply) => {
      const target = await receiveEidCallback(deps, singleValues(request.query));
      if (!target) return sendShell(reply.code(404), options, unknownBoot(), []);
      return reply.code(303).header('location', target).header('referrer-policy', 'no-referrer').send();
    },
  );
}

function unknownBoot(): Boot {
  return { bootCode: null, handle: null, language: 'EN', state: 'unknown_link' };
}

function singleValues(query: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}

/** Whose document it is decides whether plain http will do; the request log names the account too. */
function admit(request: FastifyRequest, turn: Turn): void {
  request.onBehalfOf = { accountId: turn.accountId, environment: turn.environment };
  requireHttps(request, turn.environment);
}

function page(template: string) {
  return { config: { template, throttle: 'signing' } } as const;
}

async function openTurn(
  deps: SignatureDeps,
  link: Omit<SignLink, 'rotation'> & { rotation: number | undefined },
): Promise<Turn | undefined> {
  const turn = await loadTurn(deps, link, deps.clock.now()).catch(() => undefined);
  if (!turn || turn.document.accountId !== link.accountId) return undefined;
  if (link.rotation !== undefined && turn.signer.linkRotation !== link.rotation) return undefined;
  return {
    accountId: turn.document.accountId,
    environment: turn.document.environment,
    language: turn.signer.request.ui?.language ?? 'EN',
    frameAncestors: frameAncestors(turn.signer.request.redirectSettings.domain, turn.document.environment),
  };
}

/** Hosts that may frame the page, as CSP sources. No scheme means https, and http too for localhost in test. */
export function frameAncestors(domain: string | undefined, environment: 'test' | 'prod'): string[] {
  return (domain ?? '')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 10)
    .flatMap((entry) => {
      if (!/^(https?:\/\/)?(\*\.)?[a-z0-9.-]+(:\d{1,5})?$/i.test(entry)) return [];
      if (/^https?:\/\//i.test(entry)) return [entry];
      const local = /^localhost(:\d+)?$/i.test(entry) && environment === 'test';
      return local ? [`https://${entry}`, `http://${entry}`] : [`https://${entry}`];
    });
}

async function sendShell(
  reply: FastifyReply,
  options: EntryOptions,
  boot: Boot,
  ancestors: string[],
): Promise<FastifyReply> {
  const nonce = randomBytes(16).toString('base64');
  const html = (await options.shell())
    .replaceAll('__SEGL_NONCE__', nonce)
    // Inside a script element only `<` can end the data early.
    .replace('__SEGL_BOOT__', () => JSON.stringify(boot).replaceAll('<', '\\u003c'));
  reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      `script-src 'self' 'nonce-${nonce}'`,
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data: blob:",
      "font-src 'self'",
      "connect-src 'self'",
      "worker-src 'self' blob:",
      "frame-src 'self' blob:",
      "form-action 'self'",
      "base-uri 'none'",
      `frame-ancestors ${ancestors.length > 0 ? ancestors.join(' ') : "'none'"}`,
    ].join('; '),
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=()',
    'cross-origin-opener-policy': 'same-origin-allow-popups',
    'cache-control': 'no-store',
  });
  if (ancestors.length === 0) reply.header('x-frame-options', 'DENY');
  return reply.send(html);
}
