import type {
  AttemptOutcome,
  CodeCheck,
  Handwriting,
  OpenedSession,
  PollAnswer,
  Purpose,
  ReportedError,
  Sender,
  SessionLife,
  SessionView,
  SigningResult,
  StartedAttempt,
} from './contract.ts';

/** The server refused or failed. `code` is the server's own word for it, `requestId` finds the request in its logs. */
export class ServerError extends Error {
  readonly status: number;
  readonly code: string;
  readonly requestId: string | undefined;
  /** Whom to ask, when it is the sender who lets nobody in. */
  readonly sender: Sender | undefined;
  /** Fields of what was sent that are wrong, and how. */
  readonly errors: readonly { field: string; code: string }[];

  constructor(
    status: number,
    body: {
      message?: string;
      code?: string;
      requestId?: string;
      errors?: { field: string; code: string }[];
    } & Partial<Sender>,
  ) {
    super(body.message ?? `The server answered ${status}`);
    this.name = 'ServerError';
    this.status = status;
    this.code = body.code ?? '';
    this.requestId = body.requestId;
    this.sender = body.account && body.contact ? { account: body.account, contact: body.contact } : undefined;
    this.errors = body.errors ?? [];
  }
}

/** No answer came: the network is away, or the server is. */
export class ConnectionError extends Error {
  constructor(cause: unknown) {
    super('No answer from the server', { cause });
    this.name = 'ConnectionError';
  }
}

export type SignHost = ReturnType<typeof connectToSignHost>;

/** Pauses between tries after 503, in milliseconds. A `Retry-After` of the server wins, up to the longest of these. */
const RETRY_PAUSES_MS = [1000, 2000, 4000, 8000] as const;

function pauseAsked(response: Response, pauseMs: number): number {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds * 1000, RETRY_PAUSES_MS.at(-1)!) : pauseMs;
}

/**
 * The calls of the sign host, typed. Every call retries 503 with growing pauses, because a server that answers it has
 * not begun the work; calls that may be repeated without harm are also repeated when no answer came.
 * Throws {@link ServerError} or {@link ConnectionError}.
 */
export function connectToSignHost(options: {
  /** Origin of the sign host without trailing slash; empty for the page's own. */
  origin: string;
  sessionToken: () => string | null;
  wait: (ms: number) => Promise<void>;
}) {
  const { origin, sessionToken, wait } = options;

  async function send(method: string, path: string, body?: unknown, repeatable = method === 'GET'): Promise<Response> {
    const headers = new Headers();
    const token = sessionToken();
    if (token) headers.set('authorization', `Bearer ${token}`);
    if (body !== undefined) headers.set('content-type', 'application/json');
    const request: RequestInit = {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      credentials: 'omit',
    };
    for (let attempt = 0; ; attempt += 1) {
      const pauseMs = RETRY_PAUSES_MS[attempt];
      let response: Response;
      try {
        response = await fetch(origin + path, request);
      } catch (cause) {
        if (!repeatable || pauseMs === undefined || attempt > 0) throw new ConnectionError(cause);
        await wait(pauseMs);
        continue;
      }
      if (response.ok) return response;
      if (response.status !== 503 || pauseMs === undefined) {
        throw new ServerError(response.status, await response.json().catch(() => ({})));
      }
      await wait(pauseAsked(response, pauseMs));
    }
  }

  async function ask<T>(method: string, path: string, body?: unknown, repeatable?: boolean): Promise<T> {
    const response = await send(method, `/app/v1${path}`, body, repeatable);
    return (await response.json()) as T;
  }

  return {
    openSession: (by: { bootCode: string } | { signToken: string }) => ask<OpenedSession>('POST', '/session', by),
    getSession: () => ask<SessionView>('GET', '/session'),
    startAuthentication: (method: string, framed: boolean) =>
      ask<StartedAttempt>('POST', '/auth/start', { method, framed }),
    completeAuthentication: (returnedAttempt: string) =>
      ask<AttemptOutcome>('POST', '/auth/complete', { returnedAttempt }, true),
    /** Asked again within half a minute, it sends nothing. */
    sendCode: () => ask<SessionView>('POST', '/auth/otp/send', {}, true),
    checkCode: (code: string) => ask<CodeCheck>('POST', '/auth/otp/check', { code }),
    acceptDialog: (accepted: boolean, answers: Record<string, string>) =>
      ask<SessionView>('POST', '/dialogs/before', { accepted, answers }, true),
    /** Signs under the name of the login; made once, however often it is said. */
    acceptDocument: (documentSha256: string) =>
      ask<{ view: SessionView }>('POST', '/sign/accept', { documentSha256 }, true),
    signByHand: (documentSha256: string, handwriting: Handwriting) =>
      ask<{ view: SessionView }>('POST', '/sign/handwritten', { documentSha256, ...handwriting }, true),
    keepAlive: () => ask<SessionLife>('POST', '/session/keepalive'),
    cancelSession: () => ask<{ redirect?: string }>('POST', '/session/cancel'),
    reportError: (error: ReportedError) => ask<{ redirect?: string }>('POST', '/session/error', error, true),
    async markDocumentRead(): Promise<void> {
      await send('POST', '/app/v1/documents/main/read', undefined, true);
    },
    /** Stored once, however often it is said. */
    async acceptAttachment(id: string, contentSha256: string, readToEnd: boolean): Promise<void> {
      await send('POST', `/app/v1/attachments/${id}/accept`, { contentSha256, readToEnd }, true);
    },
    startAttempt: (method: string, documentSha256: string, framed: boolean) =>
      ask<StartedAttempt>('POST', '/sign/start', { method, documentSha256, framed }),
    completeAttempt: (returnedAttempt: string) =>
      ask<AttemptOutcome>('POST', '/sign/complete', { returnedAttempt }, true),
    /** How an eID in an app of its own stands. */
    pollAttempt: (purpose: Purpose, attemptId: string, language: string) =>
      ask<PollAnswer>('POST', purpose === 'sign' ? '/sign/poll' : '/auth/poll', { attemptId, language }, true),
    async abortAttempt(attemptId: string): Promise<void> {
      await send('POST', '/app/v1/sign/abort', { attemptId }, true);
    },
    getResult: () => ask<SigningResult>('GET', '/result'),
    /** The bytes behind an address of this server, with the session's right to read them. */
    async fetchFile(url: string): Promise<Blob> {
      const target = new URL(url, origin || location.origin);
      if (target.origin !== new URL(origin || location.origin).origin) {
        throw new Error('A file of another host is not fetched with the session token');
      }
      return (await send('GET', target.pathname + target.search)).blob();
    },
    attachmentUrl: (id: string) => `${origin}/app/v1/documents/${id}/content`,
    documentUrl: `${origin}/app/v1/documents/main/content`,
    /** The copy that is shown in place of HTML, and of XML with a style sheet. */
    displayUrl: `${origin}/app/v1/documents/main/display`,
    authorization: (): Record<string, string> => {
      const token = sessionToken();
      return token ? { Authorization: `Bearer ${token}` } : {};
    },
  };
}
