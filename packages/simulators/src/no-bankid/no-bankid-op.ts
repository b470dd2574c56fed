import { randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';
import type { RegisteredClient } from '../client-registry.ts';
import { pageHeaders } from '../http-response.ts';
import { createOidcStore } from '../oidc-store.ts';
import type { SigningJwk } from '../signing-keys.ts';
import { renderProblem } from './login-pages.ts';
import { chooseLanguage } from './login-texts.ts';
import { bankIdAcr, claimsOfScope, createClaims } from './no-bankid-claims.ts';
import type { TestPerson } from './test-register.ts';

/** Ten minutes to type three things in. */
export const loginLifetimeSeconds = 600;

/** An unusable request parameter shows up in the log and on the page by its code only, never by its value. */
export interface NoBankIdOpOptions {
  issuer: string;
  /** Path of the issuer, for example `/no-bankid`. */
  basePath: string;
  clients: readonly RegisteredClient[];
  signingKey: SigningJwk;
  /** Who has just logged in with this `sub`. */
  findPerson: (subject: string) => TestPerson | undefined;
  logError: (event: string, error: Error) => void;
}

/**
 * The OpenID provider of the Norwegian BankID simulator: code flow with PKCE (S256 required), RS256 id_tokens, pushed
 * authorization requests (RFC 9126), client_secret_basic or private_key_jwt, `iss` in the authorization response
 * (RFC 9207). Its metadata carry `segl_simulator: true`, by which a relying party can refuse it in production, and
 * `binding_message_parameter_supported: true`: the request parameter `binding_message` (named and meant as in CIBA Core
 * §7.1) is shown on the login pages, its first line as the title of what is signed, further lines as detail.
 */
export function createNoBankIdOp(options: NoBankIdOpOptions): Provider {
  const provider = new Provider(options.issuer, {
    adapter: createOidcStore(),
    jwks: { keys: [options.signingKey] },
    clients: options.clients.map((client) => ({
      client_id: client.client_id,
      client_name: client.client_name ?? client.client_id,
      redirect_uris: client.redirect_uris,
      response_types: ['code'],
      grant_types: ['authorization_code'],
      require_auth_time: true,
      ...(client.jwks
        ? { token_endpoint_auth_method: 'private_key_jwt', jwks: client.jwks as never }
        : { token_endpoint_auth_method: 'client_secret_basic', client_secret: client.client_secret }),
    })),
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
    responseTypes: ['code'],
    scopes: ['openid', 'profile', 'nnin_altsub'],
    claims: claimsOfScope,
    conformIdTokenClaims: false,
    acrValues: [bankIdAcr],
    extraParams: ['binding_message'],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      claimsParameter: { enabled: true },
    },
    discovery: {
      ui_locales_supported: ['nb', 'en'],
      segl_simulator: true,
      binding_message_parameter_supported: true,
    },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: { session: 'no_bankid_session', interaction: 'no_bankid_login', resume: 'no_bankid_resume' },
      long: { httpOnly: true, sameSite: 'lax', path: options.basePath },
      // Their path is that of the single login, so that two can go on in one browser.
      short: { httpOnly: true, sameSite: 'lax' },
    },
    ttl: {
      Interaction: loginLifetimeSeconds,
      Session: loginLifetimeSeconds,
      Grant: loginLifetimeSeconds,
      AuthorizationCode: 60,
      AccessToken: 300,
      IdToken: 300,
    },
    interactions: { url: (_ctx, interaction) => `${options.basePath}/interaction/${interaction.uid}` },
    findAccount: (_ctx, subject) => {
      const person = options.findPerson(subject);
      return person && { accountId: subject, claims: () => createClaims(person) };
    },
    // There is nothing to consent to: the person has just typed in a password for this very request.
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client!.clientId,
        accountId: ctx.oidc.session!.accountId!,
      });
      grant.addOIDCScope('openid profile nnin_altsub');
      await grant.save();
      return grant;
    },
    renderError(ctx, out) {
      const uiLocales = ctx.oidc?.params?.ui_locales;
      const language = chooseLanguage(
        typeof uiLocales === 'string' ? uiLocales : undefined,
        ctx.get('accept-language') || undefined,
      );
      ctx.set(pageHeaders);
      ctx.type = 'text/html; charset=utf-8';
      ctx.body = renderProblem(language, options.basePath, out.error).text;
    },
  });
  // The server in front of it sets these headers itself, from the configured base address.
  provider.proxy = true;
  provider.on('server_error', (_ctx, error) => options.logError('op_failed', error));
  return provider;
}
