import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { InteractionResults, Provider } from 'oidc-provider';
import type { RegisteredClient } from '../client-registry.ts';
import { ExpiringStore } from '../expiring-store.ts';
import { readForm, redirect, sendPage, sendText } from '../http-response.ts';
import type { SigningJwk } from '../signing-keys.ts';
import {
  canceled,
  type LoginAttempt,
  type LoginEnd,
  type LoginStep,
  startLogin,
  submitStep,
  timedOut,
} from './login-attempt.ts';
import { type LoginRequestView, renderEnd, renderProblem, renderStep, stylesheetPath } from './login-pages.ts';
import { chooseLanguage, type Language } from './login-texts.ts';
import { bankIdAcr, bankIdAmr, subjectOf } from './no-bankid-claims.ts';
import { createNoBankIdOp, loginLifetimeSeconds } from './no-bankid-op.ts';
import type { TestPerson } from './test-register.ts';

export interface NoBankIdOptions {
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
const stepOfSegment = new Map<string, LoginStep>([
  ['', 'number'],
  ['code', 'code'],
  ['password', 'password'],
  ['waiting', 'waiting'],
]);

/** Norwegian BankID under `<baseUrl>/no-bankid`: OpenID provider and login pages. Handles every path below `/no-bankid`. */
export function createNoBankIdSimulator(options: NoBankIdOptions) {
  const issuer = `${options.baseUrl}/no-bankid`;
  const basePath = new URL(issuer).pathname;
  const persons = new ExpiringStore<TestPerson>(maxOpenLogins);
  const provider = createNoBankIdOp({
    ...options,
    issuer,
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
    mountBelow(request, basePath);
    await handleOidc(request, response);
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
      const language = chooseLanguage(undefined, request.headers['accept-language']);
      return sendPage(response, 404, renderProblem(language, basePath, undefined));
    }
    const { params } = interaction;
    const login = logins.get(uid) ?? {
      attempt: startLogin(/^(?:BID)?:(\d{11})$/.exec(String(params.login_hint ?? ''))?.[1] ?? ''),
      language: chooseLanguage(text(params.ui_locales), request.headers['accept-language']),
    };
    const wantedLanguage = url.searchParams.get('lang');
    if (wantedLanguage === 'no' || wantedLanguage === 'en') login.language = wantedLanguage;
    logins.set(uid, login, loginLifetimeSeconds);

    const client = await provider.Client.find(String(params.client_id));
    const path = `${basePath}/interaction/${uid}`;
    const view: LoginRequestView = {
      merchantName: client?.clientName ?? String(params.client_id),
      bindingMessage: text(params.binding_message)?.slice(0, 400),
      language: login.language,
      path,
    };
    const exchange: Exchange = { request, response, path, step, login, view };
    return request.method === 'POST' ? takeForm(exchange, uid) : showStep(exchange, uid);
  }

  async function showStep(exchange: Exchange, uid: string): Promise<void> {
    const { attempt } = exchange.login;
    const step = stepOfSegment.get(exchange.step);
    if (!step || !mayShow(attempt, step)) return redirect(exchange.response, pathOfStep(exchange.path, attempt.step));
    if (step !== 'waiting') return sendPage(exchange.response, 200, renderStep(exchange.view, attempt, step));
    const remainingMs = attempt.waitingUntilMs! - Date.now();
    if (remainingMs <= 0) return finish(exchange, uid, timedOut);
    const refresh = { refresh: String(Math.ceil(remainingMs / 1000)) };
    return sendPage(exchange.response, 200, renderStep(exchange.view, attempt, step), refresh);
  }

  async function takeForm(exchange: Exchange, uid: string): Promise<void> {
    if (exchange.step === 'cancel') return finish(exchange, uid, canceled);
    const form = await readForm(exchange.request);
    if (!form) return sendText(exchange.response, 413, 'form too large');
    const step = stepOfSegment.get(exchange.step) ?? 'number';
    const { attempt } = exchange.login;
    const end = submitStep(attempt, step, form.get('value') ?? '', Date.now(), options.waitSeconds);
    if (end) return finish(exchange, uid, end);
    // See other, so that reloading or going back repeats no form (RFC 9110 §15.4.4).
    return redirect(exchange.response, pathOfStep(exchange.path, attempt.step));
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
    if (end.kind === 'refused') return { error: end.error, error_description: end.description };
    const accountId = subjectOf(end.person);
    persons.set(accountId, end.person, loginLifetimeSeconds);
    return { login: { accountId, acr: bankIdAcr, amr: bankIdAmr, remember: false } };
  }

  return { basePath, issuer, handle };
}

/** Earlier steps may be looked at again, later ones not before their turn. */
function mayShow(attempt: LoginAttempt, step: LoginStep): boolean {
  if (attempt.step === 'waiting' || step === 'waiting') return attempt.step === step;
  const order: LoginStep[] = ['number', 'code', 'password'];
  return order.indexOf(step) <= order.indexOf(attempt.step);
}

function pathOfStep(path: string, step: LoginStep): string {
  return step === 'number' ? path : `${path}/${step}`;
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
function mountBelow(request: IncomingMessage, basePath: string): void {
  Object.assign(request, { originalUrl: request.url });
  request.url = request.url!.slice(basePath.length) || '/';
  const cookies = request.headers.cookie?.split(/; */).filter((cookie) => !cookie.startsWith('no_bankid_session'));
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
