import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { InteractionResults, Provider } from 'oidc-provider';
import type { RegisteredClient } from '../client-registry.ts';
import { ExpiringStore } from '../expiring-store.ts';
import { readForm, redirect, sendJson, sendPage, sendText } from '../http-response.ts';
import type { SigningJwk } from '../signing-keys.ts';
import { canceled, type LoginAttempt, type LoginEnd, startLogin, submitStep, timedOut } from './login-attempt.ts';
import {
  type LoginRequestView,
  languagesOf,
  pathOfStep,
  renderEnd,
  renderProblem,
  renderStep,
  renderWaiting,
  stylesheetPath,
} from './login-pages.ts';
import { chooseLanguage, type Language } from './login-texts.ts';
import { createOpenIdProvider, loginLifetimeSeconds, subjectOf } from './openid-provider.ts';
import type { SimulatedEid, SimulatedPerson } from './simulated-eid.ts';

export interface OpenIdSimulatorOptions {
  eid: SimulatedEid;
  /** Where this one is, below `baseUrl`. */
  issuer: string;
  /** Public address of the simulators, without a slash at its end. */
  baseUrl: string;
  clients: readonly RegisteredClient[];
  signingKey: SigningJwk;
  /** How long the word `timeout` keeps the person waiting. */
  waitSeconds: number;
  logError: (event: string, error: Error) => void;
}

interface OpenLogin {
  attempt: LoginAttempt;
  language: Language;
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  /** Path of this interaction, without the step. */
  path: string;
  step: string;
  login: OpenLogin;
  view: LoginRequestView;
}

const maxOpenLogins = 20_000;
const stylesheet = readFileSync(fileURLToPath(new URL('./login.css', import.meta.url)));

export interface OpenIdSimulator {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** A simulated eID under its issuer's address: OpenID provider and login pages. Handles every path below. */
export function createOpenIdSimulator(options: OpenIdSimulatorOptions): OpenIdSimulator {
  const { eid, issuer } = options;
  const languages = languagesOf(eid);
  const basePath = new URL(issuer).pathname;
  const persons = new ExpiringStore<SimulatedPerson>(maxOpenLogins);
  const provider = createOpenIdProvider({
    ...options,
    basePath,
    findPerson: (subject) => persons.get(subject),
  });
  const handleOidc = provider.callback();
  const logins = new ExpiringStore<OpenLogin>(maxOpenLogins);
  const interactionPath = new RegExp(`^${basePath}/interaction/([\\w-]{10,64})(?:/(\\w+))?$`);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, options.baseUrl);
    if (url.pathname === `${basePath}/${stylesheetPath}`) return sendStylesheet(response);
    const [, uid, step = ''] = interactionPath.exec(url.pathname) ?? [];
    if (uid !== undefined) return handleLogin(request, response, url, uid, step);
    const resource = eid.resources?.[url.pathname.slice(basePath.length)];
    if (resource) return sendResource(request, response, resource);
    mountBelow(request, basePath, eid.path);
    await handleOidc(request, response);
  }

  async function sendResource(
    request: IncomingMessage,
    response: ServerResponse,
    resource: (claims: SimulatedPerson['claims']) => unknown,
  ): Promise<void> {
    const token = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    const accessToken = token === undefined ? undefined : await provider.AccessToken.find(token);
    const person = accessToken && persons.get(accessToken.accountId);
    if (!person) return sendText(response, 401, 'no such access token');
    sendJson(response, resource(person.claims));
  }

  async function handleLogin(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    uid: string,
    step: string,
  ): Promise<void> {
    if (isFromAnotherSite(request, url.origin)) return sendText(response, 403, 'cross-site request refused');
    const interaction = await findInteraction(provider, request, response);
    if (!interaction || interaction.uid !== uid) {
      const language = chooseLanguage(languages, undefined, request.headers['accept-language']);
      return sendPage(response, 404, renderProblem({ eid, language, path: basePath }, undefined));
    }
    const { params } = interaction;
    const login = logins.get(uid) ?? {
      attempt: startLogin(eid.prefill?.(params) ?? ''),
      language: chooseLanguage(languages, text(params.ui_locales), request.headers['accept-language']),
    };
    login.language = languages.find((language) => language === url.searchParams.get('lang')) ?? login.language;
    logins.set(uid, login, loginLifetimeSeconds);

    const client = await provider.Client.find(String(params.client_id));
    const path = `${basePath}/interaction/${uid}`;
    const view: LoginRequestView = {
      eid,
      merchantName: client?.clientName ?? String(params.client_id),
      bindingMessage: eid.bindingMessage?.(params)?.slice(0, 400),
      language: login.language,
      path,
    };
    const exchange: Exchange = { request, response, path, step, login, view };
    return request.method === 'POST' ? takeForm(exchange, uid) : showStep(exchange, uid);
  }

  async function showStep(exchange: Exchange, uid: string): Promise<void> {
    const { attempt } = exchange.login;
    const index = shownStep(attempt, exchange.step);
    if (index === undefined) return redirect(exchange.response, currentPath(exchange));
    if (index !== 'waiting') return sendPage(exchange.response, 200, renderStep(exchange.view, attempt, index));
    const remainingMs = attempt.waitingUntilMs! - Date.now();
    if (remainingMs <= 0) return finish(exchange, uid, timedOut);
    const refresh = { refresh: String(Math.ceil(remainingMs / 1000)) };
    return sendPage(exchange.response, 200, renderWaiting(exchange.view), refresh);
  }

  /** Earlier steps may be looked at again, later ones not before their turn. */
  function shownStep(attempt: LoginAttempt, segment: string): number | 'waiting' | undefined {
    if (attempt.waitingUntilMs !== undefined) return segment === 'waiting' ? 'waiting' : undefined;
    const index = eid.steps.findIndex((step) => step.segment === segment);
    return index >= 0 && index <= attempt.step ? index : undefined;
  }

  function currentPath({ path, login: { attempt } }: Exchange): string {
    return attempt.waitingUntilMs === undefined ? pathOfStep(eid, path, attempt.step) : `${path}/waiting`;
  }

  async function takeForm(exchange: Exchange, uid: string): Promise<void> {
    if (exchange.step === 'cancel') return finish(exchange, uid, canceled);
    const form = await readForm(exchange.request);
    if (!form) return sendText(exchange.response, 413, 'form too large');
    const index = eid.steps.findIndex((step) => step.segment === exchange.step);
    const { attempt } = exchange.login;
    const end = submitStep(eid.steps, attempt, index, form.get('value') ?? '', Date.now(), options.waitSeconds);
    if (end) return finish(exchange, uid, end);
    // See other, so that reloading or going back repeats no form (RFC 9110 §15.4.4).
    return redirect(exchange.response, currentPath(exchange));
  }

  /**
   * Hands the result to the OpenID provider. The way back goes by `Refresh` instead of a redirect: browsers apply
   * `form-action` to every redirect after a form, which would block the relying party and whatever it redirects to.
   */
  async function finish(exchange: Exchange, uid: string, end: LoginEnd): Promise<void> {
    logins.delete(uid);
    const result = toInteractionResult(end);
    const returnTo = await provider.interactionResult(exchange.request, exchange.response, result, {
      mergeWithLastSubmission: false,
    });
    const page = renderEnd(exchange.view, returnTo, end.kind === 'authenticated');
    sendPage(exchange.response, 200, page, { refresh: `0; url=${returnTo}` });
  }

  function toInteractionResult(end: LoginEnd): InteractionResults {
    if (end.kind === 'refused') {
      return eid.errorOf?.(end) ?? { error: end.error, error_description: end.description };
    }
    const accountId = subjectOf(eid, end.person);
    persons.set(accountId, end.person, loginLifetimeSeconds);
    return {
      login: {
        accountId,
        ...(eid.acr === undefined ? {} : { acr: eid.acr }),
        ...(eid.amr === undefined ? {} : { amr: [...eid.amr] }),
        remember: false,
      },
      ...(eid.selectsAccount ? { select_account: {} } : {}),
    };
  }

  return { handle };
}

async function findInteraction(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  try {
    return await provider.interactionDetails(request, response);
  } catch {
    return undefined;
  }
}

/**
 * Tells the provider where it is mounted, and hides the session cookie from it: every login stands alone, so that two
 * people can sign one after the other in the same browser and nobody is ever signed in without typing a password.
 */
function mountBelow(request: IncomingMessage, basePath: string, name: string): void {
  const session = `${name.replaceAll('-', '_')}_session`;
  Object.assign(request, { originalUrl: request.url });
  request.url = request.url!.slice(basePath.length) || '/';
  const cookies = request.headers.cookie?.split(/; */).filter((cookie) => !cookie.startsWith(session));
  if (cookies) request.headers.cookie = cookies.join('; ');
}

function isFromAnotherSite(request: IncomingMessage, ownOrigin: string): boolean {
  if (request.method !== 'POST') return false;
  const origin = request.headers.origin;
  const site = request.headers['sec-fetch-site'];
  return (origin !== undefined && origin !== ownOrigin) || (site !== undefined && site !== 'same-origin');
}

function sendStylesheet(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/css; charset=utf-8',
    'content-length': stylesheet.length,
    'cache-control': 'max-age=300',
    'x-content-type-options': 'nosniff',
  });
  response.end(stylesheet);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
