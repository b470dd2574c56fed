import { createHash, randomBytes } from 'node:crypto';
import { type ClientMetadata, interactionPolicy, Provider } from 'oidc-provider';
import type { RegisteredClient } from '../client-registry.ts';
import { uuidOf } from '../derived-uuid.ts';
import { pageHeaders } from '../http-response.ts';
import { createOidcStore } from '../oidc-store.ts';
import type { SigningJwk } from '../signing-keys.ts';
import { languagesOf, renderProblem } from './login-pages.ts';
import { chooseLanguage } from './login-texts.ts';
import type { SimulatedEid, SimulatedPerson } from './simulated-eid.ts';

/** Ten minutes to type a few things in. */
export const loginLifetimeSeconds = 600;

/** An unusable request parameter shows up in the log and on the page by its code only, never by its value. */
export interface OpenIdProviderOptions {
  eid: SimulatedEid;
  issuer: string;
  /** Path of the issuer, for example `/no-bankid`. */
  basePath: string;
  clients: readonly RegisteredClient[];
  signingKey: SigningJwk;
  /** Who has just logged in with this `sub`. */
  findPerson: (subject: string) => SimulatedPerson | undefined;
  logError: (event: string, error: Error) => void;
}

/**
 * The OpenID provider of a simulated eID: code flow with PKCE (S256 required), RS256 id_tokens, `iss` in the authorization
 * response (RFC 9207), and what else the eID's own has. Its metadata carry `segl_simulator: true`, by which a relying party
 * can refuse it in production.
 */
export function createOpenIdProvider(options: OpenIdProviderOptions): Provider {
  const { eid, basePath } = options;
  const cookiePrefix = eid.path.replaceAll('-', '_');
  const scope = eid.scopes.join(' ');
  const provider = new Provider(options.issuer, {
    adapter: createOidcStore(),
    jwks: { keys: [options.signingKey] },
    clients: options.clients.flatMap((client) => clientOf(eid, client) ?? []),
    clientAuthMethods: eid.strict
      ? ['private_key_jwt']
      : ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    responseTypes: ['code'],
    scopes: [...eid.scopes],
    claims: {
      ...Object.fromEntries(Object.entries(eid.claimsOfScope).map(([name, claims]) => [name, [...claims]])),
      acr: null,
      auth_time: null,
      iss: null,
      sid: null,
    },
    conformIdTokenClaims: false,
    acrValues: [...eid.acrValues],
    ...(eid.extraParams ? { extraParams: [...eid.extraParams] } : {}),
    pkce: { required: () => true },
    ...(eid.strict
      ? {
          enabledJWA: {
            idTokenEncryptionAlgValues: ['RSA-OAEP', 'RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW'],
            idTokenEncryptionEncValues: ['A128CBC-HS256', 'A128GCM', 'A256GCM'],
          },
        }
      : {}),
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      claimsParameter: { enabled: true },
      pushedAuthorizationRequests: { enabled: eid.takesPushedRequests },
      ...(eid.strict
        ? {
            encryption: { enabled: true },
            requestObjects: {
              enabled: eid.strict === 'signed_requests',
              requireSignedRequestObject: eid.strict === 'signed_requests',
            },
          }
        : {}),
    },
    ...(eid.routes ? { routes: eid.routes } : {}),
    discovery: {
      ui_locales_supported: [...eid.uiLocales],
      segl_simulator: true,
      ...(eid.takesBindingMessage ? { binding_message_parameter_supported: true } : {}),
    },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      names: {
        session: `${cookiePrefix}_session`,
        interaction: `${cookiePrefix}_login`,
        resume: `${cookiePrefix}_resume`,
      },
      long: { httpOnly: true, sameSite: 'lax', path: basePath },
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
    interactions: {
      url: (_ctx, interaction) => `${basePath}/interaction/${interaction.uid}`,
      policy: promptsOf(eid),
    },
    findAccount: (_ctx, subject) => {
      const person = options.findPerson(subject);
      if (!person) return undefined;
      const told = (place: string) => ({ ...(eid.told?.(person.claims, place) ?? person.claims), sub: subject });
      return { accountId: subject, claims: told };
    },
    // There is nothing to consent to: the person has just logged in for this very request.
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client!.clientId,
        accountId: ctx.oidc.session!.accountId!,
      });
      grant.addOIDCScope(scope);
      grant.addOIDCClaims(Object.values(eid.claimsOfScope).flat());
      await grant.save();
      return grant;
    },
    renderError(ctx, out) {
      const uiLocales = ctx.oidc?.params?.ui_locales;
      const language = chooseLanguage(
        languagesOf(eid),
        typeof uiLocales === 'string' ? uiLocales : undefined,
        ctx.get('accept-language') || undefined,
      );
      ctx.set(pageHeaders);
      ctx.type = 'text/html; charset=utf-8';
      ctx.body = renderProblem({ eid, language, path: basePath }, out.error).text;
    },
  });
  // The server in front of it sets these headers itself, from the configured base address.
  provider.proxy = true;
  provider.on('server_error', (_ctx, error) => options.logError('op_failed', error));
  return provider;
}

function promptsOf(eid: SimulatedEid): interactionPolicy.DefaultPolicy {
  const policy = interactionPolicy.base();
  if (eid.selectsAccount) policy.add(new interactionPolicy.Prompt({ name: 'select_account', requestable: true }), 0);
  return policy;
}

/** Nothing for a client without keys where the eID demands them. */
function clientOf(eid: SimulatedEid, client: RegisteredClient): ClientMetadata | undefined {
  const usesKeys = eid.strict !== undefined || client.client_secret === undefined;
  if (usesKeys && !client.jwks) return undefined;
  const encryptionKey = client.jwks?.keys.find(({ use }) => use === 'enc');
  if (eid.strict && !encryptionKey) return undefined;
  return {
    client_id: client.client_id,
    client_name: client.client_name ?? client.client_id,
    redirect_uris: client.redirect_uris,
    response_types: ['code'],
    grant_types: ['authorization_code'],
    require_auth_time: eid.hidesLoginTime !== true,
    ...(usesKeys
      ? { token_endpoint_auth_method: 'private_key_jwt', jwks: client.jwks as never }
      : {
          token_endpoint_auth_method: eid.resources ? 'client_secret_post' : 'client_secret_basic',
          client_secret: client.client_secret,
        }),
    ...(eid.strict
      ? {
          ...(eid.strict === 'signed_requests' ? { require_signed_request_object: true } : {}),
          id_token_encrypted_response_alg: encryptionKey!.alg as never,
          id_token_encrypted_response_enc: 'A128CBC-HS256',
        }
      : {}),
  };
}

/** A person's `sub`: a UUID that does not give away their number to those who may not have it. */
export function subjectOf(eid: Pick<SimulatedEid, 'path'>, person: Pick<SimulatedPerson, 'id'>): string {
  return uuidOf(createHash('sha256').update(`subject ${eid.path} ${person.id}`).digest());
}
