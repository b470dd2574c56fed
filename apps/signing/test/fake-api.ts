import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type {
  AttemptOutcome,
  Boot,
  LockedView,
  PendingAuthentication,
  Sender,
  SigningResult,
  View,
} from '../src/server/contract.ts';

/**
 * Stands in for the sign host in this app's own browser tests: the built app under the real policy, sessions in memory,
 * an eID of three links. What a signer meets is chosen by the token of the link.
 */

/** What every return from the stand-in of the eID carries. */
export const RETURN_CODE = 'r'.repeat(32);

export type Scenario = {
  view?: Partial<View>;
  /** What must be proven first; the code is 123456. */
  authentication?: PendingAuthentication;
  /** The link is refused, as one that the sender has limited. */
  refused?: Sender;
  /** The content of the document, whatever its format. */
  pdf?: Buffer;
  /** The copy that is shown in place of the content. */
  display?: string;
  /** What `/result` says of the account's success action, in order; the last one stays. */
  successActions?: SigningResult['successAction'][];
  /** Answers of `/result` that are not yet packaged. */
  pollsUntilPackaged?: number;
  wayBack?: string;
  /** The eID forbids to be framed. */
  noFrames?: boolean;
  failure?: Pick<AttemptOutcome, 'errorCode' | 'eidErrorCode' | 'eidErrorMessage' | 'redirect'>;
  /** Calls that never get an answer, by method and path. */
  held?: string[];
  /** Answers given instead, once each, in order: by method and path. */
  instead?: Record<string, { status: number; body?: object; headers?: Record<string, string> }[]>;
};

type Session = { scenario: string; token: string; view: View; authentication?: PendingAuthentication; polls: number };

export type FakeApi = {
  origin: string;
  /** Every call of the app as `METHOD path`, in order. */
  calls: string[];
  /** A fresh boot code and session handle, as the page of the link would carry them. */
  boot(link: string): { bootCode: string; handle: string };
  /** Ends all sessions, as the server does after 20 quiet minutes. */
  endSessions(): void;
  /** Changes what the next look of the sessions of a link finds. */
  change(link: string, view: Partial<View>): void;
  close(): Promise<void>;
};

export const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export function policyFor(nonce: string): string {
  return [
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
    "frame-ancestors 'none'",
  ].join('; ');
}

function viewOf(scenario: Scenario, pdf: Buffer): View {
  const sample: View['document'] = {
    title: 'Loan agreement 2026-114',
    fileName: 'loan-agreement.pdf',
    format: 'pdf',
    sizeBytes: pdf.length,
    sha256: createHash('sha256').update(pdf).digest('hex'),
    pageCount: 7,
  };
  const view: View = {
    life: { expiresInSeconds: 1200, endsInSeconds: 7200 },
    documentId: '01a20ce5-8e6c-72c1-b034-b4e24eada901',
    state: 'sign',
    attachments: [],
    account: { name: 'Nordbank AS' },
    contact: {
      name: 'Ola Nilsen',
      email: 'ola@nordbank.example',
      phone: '+47 22 00 00 00',
      url: 'https://nordbank.example',
    },
    signer: { firstName: 'Kari', lastName: 'Nordmann', fullName: 'Kari Nordmann' },
    language: 'EN',
    environment: 'test',
    turnIsTold: false,
    theme: { colorTheme: 'Default', themeMode: 'Default' },
    mechanism: 'pkisignature',
    signStep: 'eid',
    methods: [{ method: 'no_bankid_netcentric', name: 'BankID', countryCode: 'NO' }],
    redirect: { mode: 'donot_redirect' },
    remainingSigners: 0,
    canDownload: true,
    successWaitSeconds: 0,
    ...scenario.view,
    document: { ...sample, ...scenario.view?.document },
  };
  return view.state === 'signed' && !view.signature ? { ...view, signature: signatureNow() } : view;
}

/** What the session shows: nothing of the document while there is something to prove. */
function shownOf({ view, authentication }: Session): View | LockedView {
  if (!authentication) return view;
  return { ...view, document: undefined, attachments: [], signer: {}, methods: [], authentication };
}

function signatureNow(): NonNullable<View['signature']> {
  return {
    fullName: 'Kari Nordmann',
    method: 'no_bankid_netcentric',
    methodName: 'BankID',
    mechanism: 'pkisignature',
    signedTime: new Date().toISOString(),
    receipt: { fileName: 'loan-agreement-signed-receipt.pdf', url: '/app/v1/receipt' },
  };
}

export async function startFakeApi(
  dist: string,
  scenarios: Record<string, Scenario>,
  fallbackPdf: Buffer,
): Promise<FakeApi> {
  const sessions = new Map<string, Session>();
  const bootCodes = new Map<string, string>();
  const attempts = new Map<string, 'started' | AttemptOutcome['outcome']>();
  const instead = new Map(
    Object.entries(scenarios).map(([name, scenario]) => [name, structuredClone(scenario.instead ?? {})]),
  );
  const calls: string[] = [];

  let handles = 0;
  const linkOf = (handle: string) => handle.split('~')[0]!;
  const scenarioOf = (handle: string) => scenarios[linkOf(handle)] ?? {};
  const pdfOf = (handle: string) => scenarioOf(handle).pdf ?? fallbackPdf;

  function newHandle(link: string): string {
    handles += 1;
    return `${link}~${handles}`;
  }

  function boot(link: string): { bootCode: string; handle: string } {
    const bootCode = randomUUID();
    const handle = newHandle(link);
    bootCodes.set(bootCode, handle);
    return { bootCode, handle };
  }

  function json(response: ServerResponse, status: number, body?: object, headers: Record<string, string> = {}): void {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  function refuse(response: ServerResponse, status: number, code: string): void {
    json(response, status, { message: `Refused: ${code}`, code, requestId: randomUUID() });
  }

  function page(
    request: IncomingMessage,
    response: ServerResponse,
    booted: { bootCode: string | null; handle: string | null; preview?: Pick<Boot, 'state' | 'theme'> },
  ): void {
    const nonce = randomBytes(16).toString('base64');
    const known = booted.handle !== null && linkOf(booted.handle) in scenarios;
    const ofBrowser = /^(nb|nn|no)/.test(request.headers['accept-language'] ?? '') ? 'NO' : 'EN';
    const language = known ? (scenarioOf(booted.handle!).view?.language ?? 'EN') : ofBrowser;
    const sender = known ? scenarioOf(booted.handle!).refused : undefined;
    const state = sender ? 'not_allowed' : known ? 'ok' : 'unknown_link';
    const data = { ...booted, language, messageOrigins: [], state, sender, ...booted.preview };
    response.writeHead(sender ? 403 : known || booted.preview ? 200 : 404, {
      'content-type': contentTypes['.html'],
      'content-security-policy': policyFor(nonce),
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      'cache-control': 'no-store',
    });
    response.end(
      readFileSync(join(dist, 'index.html'), 'utf8')
        .replaceAll('__SEGL_NONCE__', nonce)
        .replace('__SEGL_BOOT__', JSON.stringify(data).replaceAll('<', '\\u003c')),
    );
  }

  function asset(response: ServerResponse, path: string): void {
    const file = join(dist, normalize(path.slice('/app/'.length)));
    if (!file.startsWith(dist) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': contentTypes[extname(file)] ?? 'application/octet-stream',
      'cache-control': 'public, max-age=31536000, immutable',
      // A worker runs under the policy of its own response.
      'content-security-policy': policyFor('asset'),
      'x-content-type-options': 'nosniff',
      ...(existsSync(`${file}.br`) ? { 'content-encoding': 'br' } : {}),
    });
    createReadStream(existsSync(`${file}.br`) ? `${file}.br` : file).pipe(response);
  }

  function eid(response: ServerResponse, url: URL): void {
    const attempt = url.searchParams.get('attempt')!;
    const handle = url.searchParams.get('handle')!;
    const answer = url.searchParams.get('answer') as AttemptOutcome['outcome'] | null;
    if (answer) {
      attempts.set(attempt, answer);
      response.writeHead(302, { location: `/d/${handle}#attempt=${attempt}.${RETURN_CODE}` }).end();
      return;
    }
    const links = ['signed', 'canceled', 'failed'].map(
      (outcome) => `<p><a href="${url.pathname}${url.search}&answer=${outcome}">${outcome}</a>`,
    );
    response.writeHead(200, { 'content-type': contentTypes['.html'] });
    response.end(`<!doctype html><html lang="en"><title>eID</title><h1>eID</h1>${links.join('')}`);
  }

  function content(request: IncomingMessage, response: ServerResponse, pdf: Buffer): void {
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const headers = {
      'content-type': 'application/pdf',
      'accept-ranges': 'bytes',
      etag: '"main"',
      'cache-control': 'no-store',
    };
    if (!range) {
      response.writeHead(200, { ...headers, 'content-length': pdf.length }).end(pdf);
      return;
    }
    const from = Number(range[1]);
    const to = Math.min(range[2] ? Number(range[2]) : pdf.length - 1, pdf.length - 1);
    response.writeHead(206, {
      ...headers,
      'content-range': `bytes ${from}-${to}/${pdf.length}`,
      'content-length': to - from + 1,
    });
    response.end(pdf.subarray(from, to + 1));
  }

  async function call(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Record<string, string>) : {};
    const name = `${request.method} ${path}`;
    calls.push(name);

    if (name === 'POST /session') {
      const link = body.signToken?.replace(/^sign-/, '');
      const handle = bootCodes.get(body.bootCode ?? '') ?? (link && newHandle(link));
      if (!handle || !(linkOf(handle) in scenarios)) return refuse(response, 404, 'unknown_link');
      const planned = instead.get(linkOf(handle))?.[name]?.shift();
      if (planned) return json(response, planned.status, planned.body, planned.headers);
      bootCodes.delete(body.bootCode ?? '');
      const token = randomUUID();
      const view = viewOf(scenarioOf(handle), pdfOf(handle));
      const { authentication } = scenarioOf(handle);
      const session: Session = { scenario: linkOf(handle), token, view, authentication, polls: 0 };
      sessions.set(handle, session);
      return json(response, 200, {
        sessionToken: `${handle}.${token}`,
        signToken: `sign-${linkOf(handle)}`,
        handle,
        view: shownOf(session),
      });
    }

    const [handle = '', token] = (request.headers.authorization ?? '').replace('Bearer ', '').split('.');
    const session = sessions.get(handle);
    if (!session || session.token !== token) return refuse(response, 401, 'session_expired');
    const planned = instead.get(session.scenario)?.[name]?.shift();
    if (planned) return json(response, planned.status, planned.body ?? { requestId: randomUUID() }, planned.headers);

    const [, attachmentId, what] = /^\/(?:documents|attachments)\/([0-9a-f-]{36})\/(content|accept)$/.exec(path) ?? [];
    if (attachmentId) {
      const { attachments } = session.view;
      if (!attachments.some((one) => one.id === attachmentId)) return refuse(response, 404, 'attachment_not_found');
      if (what === 'content') return content(request, response, pdfOf(handle));
      const accepted = attachments.map((one) => (one.id === attachmentId ? { ...one, accepted: true } : one));
      session.view = { ...session.view, attachments: accepted };
      return json(response, 204);
    }
    const scenario = scenarioOf(handle);
    if (scenario.held?.includes(name)) return;
    switch (name) {
      case 'GET /session':
        return json(response, 200, shownOf(session));
      case 'POST /auth/otp/send': {
        const now = Date.now();
        const at = (seconds: number) => new Date(now + seconds * 1000).toISOString();
        const code = { sentAt: at(0), expiresAt: at(300), resendAt: at(30), triesLeft: 3, sendsLeft: 2 };
        session.authentication = { ...session.authentication!, code };
        return json(response, 200, shownOf(session));
      }
      case 'POST /auth/otp/check': {
        const code = session.authentication!.code!;
        if (body.code === '123456') session.authentication = undefined;
        else session.authentication = { ...session.authentication!, code: { ...code, triesLeft: code.triesLeft - 1 } };
        const outcome = body.code === '123456' ? 'passed' : code.triesLeft > 1 ? 'wrong' : 'used_up';
        return json(response, 200, { outcome, view: shownOf(session) });
      }
      case 'POST /dialogs/before': {
        const { answers = {} } = body as unknown as { answers?: Record<string, string> };
        const wrong = Object.entries(answers).filter(([, text]) => text === 'wrong');
        if (wrong.length > 0) {
          const errors = wrong.map(([key]) => ({ field: `answers.${key}`, code: 'pattern' }));
          return json(response, 400, { code: 'validation_failed', errors });
        }
        const before = { ...session.view.dialogs!.before!, accepted: true };
        session.view = { ...session.view, dialogs: { ...session.view.dialogs, before } };
        return json(response, 200, session.view);
      }
      case 'POST /sign/accept':
      case 'POST /sign/handwritten': {
        const byHand = { method: 'unknown', methodName: 'Handwritten signature', mechanism: 'handwritten' };
        const signature = { ...signatureNow(), ...(path === '/sign/handwritten' ? byHand : {}) };
        session.view = { ...session.view, state: 'signed', signature };
        return json(response, 200, { outcome: 'signed', view: session.view });
      }
      case 'POST /session/keepalive':
        return json(response, 200, { expiresInSeconds: 1200, endsInSeconds: 7200 });
      case 'POST /documents/main/read':
        return json(response, 204);
      case 'POST /session/cancel':
        return json(response, 200, scenario.wayBack ? { redirect: `${scenario.wayBack}?status=cancel` } : {});
      case 'POST /session/error':
        return json(response, 200, scenario.wayBack ? { redirect: `${scenario.wayBack}?status=error` } : {});
      case 'GET /documents/main/display':
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(scenario.display);
        return;
      case 'GET /documents/main/content':
      case 'GET /documents/main/signed':
      case 'GET /receipt':
        return content(request, response, pdfOf(handle));
      case 'POST /auth/start': {
        const attemptId = randomUUID();
        attempts.set(attemptId, 'started');
        session.view = {
          ...session.view,
          attempt: { attemptId, purpose: 'identify', method: body.method!, state: 'started' },
        };
        const url = `/eid?attempt=${attemptId}&handle=${handle}`;
        return json(response, 200, { attemptId, step: { kind: 'redirect', url, inWindow: false } });
      }
      case 'POST /auth/complete': {
        const outcome = attempts.get((body.returnedAttempt ?? '').split('.')[0]!);
        session.view = { ...session.view, attempt: undefined };
        if (outcome === 'signed') session.authentication = undefined;
        const failure = outcome === 'failed' ? scenario.failure : {};
        const named = outcome === 'signed' ? 'identified' : outcome;
        return json(response, 200, { outcome: named, ...failure, view: shownOf(session) });
      }
      case 'POST /sign/start': {
        if (body.documentSha256 !== session.view.document.sha256) return refuse(response, 409, 'document_changed');
        const attemptId = randomUUID();
        attempts.set(attemptId, 'started');
        session.view = {
          ...session.view,
          attempt: { attemptId, purpose: 'sign', method: body.method!, state: 'started' },
        };
        return json(response, 200, {
          attemptId,
          step: {
            kind: 'redirect',
            url: `/eid?attempt=${attemptId}&handle=${handle}`,
            inWindow: Boolean(body.framed) && scenario.noFrames === true,
          },
        });
      }
      case 'POST /sign/complete': {
        const [attemptId = '', code] = (body.returnedAttempt ?? '').split('.');
        const outcome = code === RETURN_CODE ? attempts.get(attemptId) : undefined;
        if (!outcome || outcome === 'started') return refuse(response, 409, 'attempt_unfinished');
        session.view = { ...session.view, attempt: undefined };
        if (outcome === 'signed' && session.view.mechanism !== 'pkisignature') {
          const signStep = session.view.mechanism === 'identification' ? 'accept' : 'handwriting';
          const [firstName, lastName] = ['Kari', 'Nordmann'];
          const identity = {
            fullName: 'Kari Nordmann',
            firstName,
            lastName,
            method: 'no_bankid_netcentric',
            methodName: 'BankID',
          };
          session.view = { ...session.view, signStep, identity };
          return json(response, 200, { outcome: 'identified', view: session.view });
        }
        if (outcome === 'signed') session.view = { ...session.view, state: 'signed', signature: signatureNow() };
        return json(response, 200, { outcome, ...(outcome === 'failed' ? scenario.failure : {}), view: session.view });
      }
      case 'POST /sign/abort':
        attempts.delete(body.attemptId ?? '');
        session.view = { ...session.view, attempt: undefined };
        return json(response, 204);
      case 'GET /result': {
        session.polls += 1;
        const packaged = session.view.remainingSigners === 0 && session.polls > (scenario.pollsUntilPackaged ?? 1);
        const downloads =
          packaged && session.view.canDownload
            ? [{ kind: 'pades', fileName: 'loan-agreement-signed.pdf', url: '/app/v1/documents/main/signed' }]
            : [];
        const { successActions = ['done'] } = scenario;
        return json(response, 200, {
          successAction: successActions[Math.min(session.polls, successActions.length) - 1],
          packaged,
          downloads,
          redirect: scenario.wayBack && `${scenario.wayBack}?status=success`,
        });
      }
      default:
        return refuse(response, 404, 'not_found');
    }
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://localhost');
    const { pathname } = url;
    if (pathname === '/start') {
      const link = url.searchParams.get('jwt') ?? '';
      page(request, response, link in scenarios ? boot(link) : { bootCode: null, handle: null });
    } else if (pathname === '/theme-preview') {
      const named = (name: string) => url.searchParams.get(name) ?? 'Default';
      const theme = { colorTheme: named('theme'), themeMode: named('mode'), spinner: named('spinner') };
      page(request, response, { bootCode: null, handle: null, preview: { state: 'theme_preview', theme } });
    } else if (pathname.startsWith('/d/')) page(request, response, { bootCode: null, handle: pathname.slice(3) });
    else if (pathname.startsWith('/app/v1/')) {
      call(request, response, pathname.slice('/app/v1'.length)).catch(() => response.destroy());
    } else if (pathname.startsWith('/app/assets/')) asset(response, pathname);
    else if (pathname === '/eid') eid(response, url);
    else if (pathname === '/sender')
      response.writeHead(200, { 'content-type': contentTypes['.html'] }).end('<!doctype html><title>Sender</title>');
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    calls,
    boot,
    endSessions: () => sessions.clear(),
    change(link, view) {
      const opened = [...sessions.values()].filter((session) => session.scenario === link);
      if (opened.length === 0) throw new Error(`No session of ${link}`);
      for (const session of opened) session.view = { ...session.view, ...view };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
