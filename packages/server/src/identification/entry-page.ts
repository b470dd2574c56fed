import type { FastifyInstance } from 'fastify';
import { sendAppPage } from '../kernel/http/app-page.ts';
import { requireHttps } from '../kernel/http/require-https.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { EID_CALLBACK_PATH } from './offered-providers.ts';
import { parentSources } from './parents.ts';
import { RETURNED_IN_WINDOW, receiveProviderReturn } from './receive-provider-return.ts';
import { APP_PATH } from './session-link.ts';
import { findSession } from './store.ts';

interface EntryOptions {
  /** The built `index.html` of the identification app, with its two marks for nonce and boot data. */
  shell(): Promise<string>;
}

interface Boot {
  link: string | null;
  state: 'ok' | 'unknown_link' | 'eid_window';
  language: string | null;
  /** Whether the page may be framed at all, and by whom it is then. */
  framed: boolean;
}

const UNKNOWN: Boot = { link: null, state: 'unknown_link', language: null, framed: false };

/**
 * The pages on which the identification app runs: the session URL, the way back from an eID, and the end of an eID's own
 * window. A `GET` of them changes no session, so that link previews and mail scanners never count as the user.
 */
export function registerEntryPages(app: FastifyInstance, deps: IdentificationDeps, options: EntryOptions): void {
  const throttled = (template: string) => ({ config: { template, throttle: 'signing' } }) as const;

  app.get<{ Params: { link: string } }>(
    `${APP_PATH}/:link`,
    throttled(`${APP_PATH}/{link}`),
    async (request, reply) => {
      const shell = await options.shell();
      const { link } = request.params;
      const id = deps.links.read(link);
      const session = id && (await findSession(deps.database, id));
      if (!session) return sendAppPage(reply.code(404), { shell, boot: UNKNOWN, frameAncestors: [] });
      request.onBehalfOf = { accountId: session.accountId, environment: session.environment };
      requireHttps(request, session.environment);
      const ancestors = parentSources(session);
      const boot: Boot = { link, state: 'ok', language: session.language ?? null, framed: ancestors.length > 0 };
      return sendAppPage(reply, { shell, boot, frameAncestors: ancestors });
    },
  );

  // The page hands over to the frame that opened its window, and closes. The code of the return is in its address, after
  // the #, and is proof enough; nothing here depends on the session.
  app.get(RETURNED_IN_WINDOW, throttled(RETURNED_IN_WINDOW), async (_request, reply) => {
    const boot: Boot = { link: null, state: 'eid_window', language: null, framed: false };
    return sendAppPage(reply, { shell: await options.shell(), boot, frameAncestors: [], hasOpener: true });
  });

  app.get<{ Params: { provider: string }; Querystring: Record<string, unknown> }>(
    `${EID_CALLBACK_PATH}/:provider`,
    throttled(`${EID_CALLBACK_PATH}/{provider}`),
    async (request, reply) => {
      const target = await receiveProviderReturn(deps, request.params.provider, singleValues(request.query));
      if (!target) {
        return sendAppPage(reply.code(404), { shell: await options.shell(), boot: UNKNOWN, frameAncestors: [] });
      }
      return reply.code(303).header('location', target).header('referrer-policy', 'no-referrer').send();
    },
  );
}

function singleValues(query: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(query).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
  );
}
