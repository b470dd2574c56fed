import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Environment } from '../kernel/events/events.ts';
import { sendAppPage } from '../kernel/http/app-page.ts';
import { requireHttps } from '../kernel/http/require-https.ts';
import { parseGuid, uuidv7 } from '../kernel/ids/uuid.ts';
import { isListed } from './access-rules.ts';
import type { ContactDetails } from './contract/document.ts';
import { COLOR_THEMES, SPINNERS, THEME_MODES } from './contract/signing-page.ts';
import { frameAncestors, messageOrigins } from './frame-domains.ts';
import { RETURNED_IN_WINDOW, receiveEidCallback } from './receive-eid-callback.ts';
import { loadTurn } from './session-context.ts';
import { findSession, hasStartedSession, type SigningSession } from './session-store.ts';
import { findShortLink } from './short-link-store.ts';
import { type SignLink, shortCodeHash } from './sign-link.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { EID_CALLBACK_PATH } from './start-attempt.ts';
import type { DocumentRecord } from './store.ts';

const SHORT_CODE = /^[\w-]{22}$/;

interface EntryOptions {
  /** The built `index.html` of the signing app, with its two marks for nonce and boot data. */
  shell(): Promise<string>;
}

interface Boot {
  bootCode: string | null;
  handle: string | null;
  /** The one that the sender wants; empty: that of the browser. */
  language: string;
  /** Origins of the page that is told what happens; empty where none is. */
  messageOrigins: string[];
  state: 'ok' | 'unknown_link' | 'not_allowed' | 'account_closed' | 'eid_window' | 'theme_preview';
  /** What a preview shows. */
  theme?: PreviewedTheme;
  /** Whom to ask, where the sender has limited who may come. */
  sender?: { account: { name: string }; contact: ContactDetails };
}

interface PreviewedTheme {
  colorTheme: string;
  themeMode: string;
  spinner: string;
}

interface Turn {
  accountId: string;
  environment: Environment;
  language: string;
  frameAncestors: string[];
  messageOrigins: string[];
  document: DocumentRecord;
  signerId: string;
  linkRotation: number;
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
      const refusal = await refusalOf(deps, turn, request.ip);
      if (refusal) return sendRefusal(reply, deps, options, turn, refusal);
      const sessionId = uuidv7(deps.clock.now());
      return sendShell(
        reply,
        options,
        {
          bootCode: deps.links.bootCode(sessionId, link, deps.clock.now()),
          handle: sessionId,
          language: turn.language,
          messageOrigins: turn.messageOrigins,
          state: 'ok',
        },
        turn.frameAncestors,
      );
    });
  }

  // What an SMS has room for. It leads on instead of showing the page, so that there is one address that does.
  app.get<{ Params: { code: string } }>('/s/:code', page('/s/{code}'), async (request, reply) => {
    const { code } = request.params;
    const link = SHORT_CODE.test(code) ? await findShortLink(deps.database, shortCodeHash(code)) : undefined;
    if (!link) return sendShell(reply.code(404), options, unknownBoot(), []);
    return reply
      .code(302)
      .headers({
        location: `${deps.publicUrl}/start?jwt=${deps.links.token(link)}`,
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
      })
      .send();
  });

  app.get<{ Params: { handle: string } }>('/d/:handle', page('/d/{handle}'), async (request, reply) => {
    const handle = parseGuid(request.params.handle);
    const session = handle && (await findSession(deps.database, handle));
    const turn = session && (await openTurn(deps, { ...session, rotation: undefined }));
    if (!session || !turn) return sendShell(reply.code(404), options, unknownBoot(), []);
    admit(request, turn);
    const refusal = await refusalOf(deps, turn, request.ip, 'begun');
    if (refusal) return sendRefusal(reply, deps, options, turn, refusal);
    const { language, messageOrigins } = turn;
    const boot: Boot = { bootCode: null, handle: session.id, language, messageOrigins, state: 'ok' };
    return sendShell(reply, options, boot, turn.frameAncestors);
  });

  // Where an eID ends that had a window of its own: the page hands over to the frame that opened it, and closes. The
  // code of the return is in its address, after the #, and is proof enough; nothing here depends on the session.
  app.get(RETURNED_IN_WINDOW, page(RETURNED_IN_WINDOW), async (_request, reply) => {
    const boot: Boot = { bootCode: null, handle: null, language: '', messageOrigins: [], state: 'eid_window' };
    return sendShell(reply, options, boot, []);
  });

  // For those who choose a theme: no account, no document, only its colours.
  app.get<{ Querystring: Record<string, unknown> }>(
    '/theme-preview',
    page('/theme-preview'),
    async ({ query }, reply) => {
      const theme = {
        colorTheme: oneOf(COLOR_THEMES, query.theme),
        themeMode: oneOf(THEME_MODES, query.mode),
        spinner: oneOf(SPINNERS, query.spinner),
      };
      const boot: Boot = {
        bootCode: null,
        handle: null,
        language: '',
        messageOrigins: [],
        state: 'theme_preview',
        theme,
      };
      return sendShell(reply, options, boot, []);
    },
  );

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

type Refusal = 'not_allowed' | 'account_closed';

/** Why this browser may not start a session, or go on with one that has `begun`; looked at again when it does. */
async function refusalOf(
  deps: SignatureDeps,
  turn: Turn,
  address: string,
  begun?: 'begun',
): Promise<Refusal | undefined> {
  if (!(await deps.accountProfile(turn.accountId)).enabled) return 'account_closed';
  const { ipWhiteList, oneTimeUse } = turn.document.request.advanced.security ?? {};
  if (!isListed(address, ipWhiteList)) return 'not_allowed';
  if (begun || !oneTimeUse) return undefined;
  const { signerId, linkRotation } = turn;
  const isUsed = await hasStartedSession(deps.database, { documentId: turn.document.id, signerId, linkRotation });
  return isUsed ? 'not_allowed' : undefined;
}

async function sendRefusal(
  reply: FastifyReply,
  deps: SignatureDeps,
  options: EntryOptions,
  turn: Turn,
  state: Refusal,
): Promise<FastifyReply> {
  const contact = turn.document.request.contactDetails;
  const sender = { account: { name: await deps.accountName(turn.accountId) }, contact };
  const { language, messageOrigins } = turn;
  const boot: Boot = { bootCode: null, handle: null, language, messageOrigins, state, sender };
  return sendShell(reply.code(403), options, boot, turn.frameAncestors);
}

function unknownBoot(): Boot {
  return { bootCode: null, handle: null, language: '', messageOrigins: [], state: 'unknown_link' };
}

/** The value that is meant, in whatever case; the first one for anything else. */
function oneOf<T extends string>(values: readonly [T, ...T[]], wanted: unknown): T {
  return values.find((value) => value.toLowerCase() === String(wanted).toLowerCase()) ?? values[0];
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
  link: Omit<SignLink, 'rotation'> & { rotation: number | undefined } & Partial<
      Pick<SigningSession, 'redirectSettings'>
    >,
): Promise<Turn | undefined> {
  const turn = await loadTurn(deps, link, deps.clock.now()).catch(() => undefined);
  if (!turn || turn.document.accountId !== link.accountId) return undefined;
  if (link.rotation !== undefined && turn.signer.linkRotation !== link.rotation) return undefined;
  const { environment } = turn.document;
  const settings = turn.signer.request.redirectSettings;
  return {
    document: turn.document,
    signerId: turn.signer.id,
    linkRotation: turn.signer.linkRotation,
    accountId: turn.document.accountId,
    environment,
    language: turn.signer.request.ui?.language ?? '',
    frameAncestors: frameAncestors(settings.domain, environment),
    messageOrigins: messageOrigins(settings, environment),
  };
}

async function sendShell(
  reply: FastifyReply,
  options: EntryOptions,
  boot: Boot,
  ancestors: string[],
): Promise<FastifyReply> {
  return sendAppPage(reply, {
    shell: await options.shell(),
    boot,
    frameAncestors: ancestors,
    hasOpener: boot.state === 'eid_window',
  });
}
