import type { ShownWaiting } from '@segl/ui/polled-eid';
import type { AppView } from '../../../../packages/server/src/identification/contract/app.ts';

export type { AppView };

/** The server refused or failed. `code` is the server's own word for it. */
export class ServerError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, body: { message?: string; code?: string }) {
    super(body.message ?? `The server answered ${status}`);
    this.name = 'ServerError';
    this.status = status;
    this.code = body.code ?? '';
  }
}

export interface StartedEid {
  attemptId: string;
  step: { kind: 'redirect'; url: string; inWindow: boolean } | { kind: 'poll' };
}

export type IdHost = ReturnType<typeof connectToIdHost>;

const RETRY_PAUSES_MS = [1000, 2000, 4000];

/**
 * The calls of the server, typed. A server that answers 503 has not begun the work, so that is tried again. Throws
 * {@link ServerError}, and whatever `fetch` throws where no answer came.
 */
export function connectToIdHost(options: { token: () => string | null; wait: (ms: number) => Promise<void> }) {
  async function ask<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const token = options.token();
    for (let attempt = 0; ; attempt += 1) {
      const response = await fetch(`/id/app/v1${path}`, {
        method,
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        cache: 'no-store',
        credentials: 'omit',
      });
      if (response.status === 204) return undefined as Answer;
      const answer = await response.json().catch(() => ({}));
      if (response.ok) return answer as Answer;
      const pause = RETRY_PAUSES_MS[attempt];
      const isAway = response.status === 503 && answer.code !== 'eid_unavailable';
      if (!isAway || pause === undefined) throw new ServerError(response.status, answer);
      await options.wait(pause);
    }
  }

  return {
    open: (link: string, parentOrigin: string | null) =>
      ask<{ sessionToken?: string; view: AppView }>('POST', '/open', {
        link,
        ...(options.token() ? { sessionToken: options.token() } : {}),
        ...(parentOrigin ? { parentOrigin } : {}),
      }),
    keepAlive: () => ask<void>('POST', '/keepalive'),
    changeLanguage: (language: string) => ask<void>('POST', '/language', { language }),
    startEid: (provider: string, framed: boolean) => ask<StartedEid>('POST', '/eid/start', { provider, framed }),
    completeEid: (returnedAttempt: string) =>
      ask<{ view: AppView }>('POST', '/eid/complete', { returnedAttempt }).then(({ view }) => view),
    /** How an eID in an app of its own stands: what it waits for, or the session once it has ended. */
    pollEid: (language: string) => ask<{ waiting?: ShownWaiting; view?: AppView }>('POST', '/eid/poll', { language }),
    abandonEid: () => ask<void>('POST', '/eid/abandon'),
    cancel: () => ask<{ view: AppView }>('POST', '/cancel').then(({ view }) => view),
  };
}
