import { randomBytes } from 'node:crypto';
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  ClientError,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  customFetch,
  ResponseBodyError,
} from 'openid-client';
import type { EidNative, EidOutcome } from '../eid-provider.ts';
import { callbackAddress, printable } from '../oidc/callback-address.ts';
import type { OidcEidProvider, OidcEidSettings } from '../oidc/oidc-eid-provider.ts';
import { createOidcFetch, findUnavailable, unavailable } from '../oidc/oidc-fetch.ts';
import type { OAuth2Profile } from './oauth2-profile.ts';

/** What is remembered between start and complete. Holds secrets; the caller stores it encrypted. */
interface LoginState {
  state: string;
  codeVerifier: string;
  callbackUrl: string;
}

/**
 * The engine of providers that have OAuth 2.0 (RFC 6749) and no usable id_token: code flow with `state` and PKCE, then their
 * API is asked whose access token it is. Nothing of that is signed: the native is what the API answered, on the word of this
 * instance, and proves no document. That is why such a provider never signs.
 */
export function createOAuth2EidProvider(profile: OAuth2Profile, settings: OidcEidSettings): OidcEidProvider {
  const simulator = settings.simulator === true;
  const { issuer, authentication, clock } = settings;
  if (new URL(issuer).protocol !== 'https:' && !simulator) throw new TypeError('the issuer must use https');
  if (authentication.method === 'private_key_jwt') throw new TypeError('takes a clientSecret only');
  const send = createOidcFetch(settings.http);
  const hostOf = (part: 'token' | 'api'): string => (simulator ? issuer : (profile.hosts[part] ?? issuer));
  const configuration = new Configuration(
    {
      issuer,
      authorization_endpoint: issuer + profile.authorizationPath,
      token_endpoint: hostOf('token') + profile.tokenPath,
    },
    settings.clientId,
    undefined,
    ClientSecretPost(authentication.clientSecret),
  );
  configuration[customFetch] = send;
  if (simulator) allowInsecureRequests(configuration);

  /** Throws 503 `eid_unavailable` also where the API does not take the access token that was just made. */
  async function askApi(path: string, accessToken: string): Promise<unknown> {
    const response = await send(hostOf('api') + path, {
      method: 'GET',
      headers: { accept: 'application/json', authorization: `Bearer ${accessToken}`, 'user-agent': 'Segl' },
      body: undefined,
      redirect: 'manual',
    });
    if (!response.ok) throw unavailable(`answered ${response.status}`);
    return JSON.parse(await response.text());
  }

  /** The API answers somehow; whoever cannot be reached cannot log anybody in either. */
  async function requireReachable(): Promise<void> {
    await send(hostOf('api'), { method: 'HEAD', headers: {}, body: undefined, redirect: 'manual' }).catch(
      (error: unknown) => {
        // An answer of any kind comes from somebody who is there.
        if (!/answered \d/.test(String((error as Error).message))) throw error;
      },
    );
  }

  return {
    method: profile.method,
    displayName: profile.displayName,
    countryCode: '',
    signs: [],
    allowsFraming: false,
    simulator,

    async start(input) {
      if (input.purpose === 'sign') throw new TypeError(`${profile.method} cannot sign`);
      if (/[?#]/.test(input.callbackUrl)) throw new TypeError('callbackUrl must have no query and no fragment');
      await requireReachable();
      const login: LoginState = {
        state: randomBytes(32).toString('base64url'),
        codeVerifier: randomBytes(32).toString('base64url'),
        callbackUrl: input.callbackUrl,
      };
      const url = buildAuthorizationUrl(configuration, {
        response_type: 'code',
        scope: profile.scope,
        redirect_uri: login.callbackUrl,
        state: login.state,
        code_challenge: await calculatePKCECodeChallenge(login.codeVerifier),
        code_challenge_method: 'S256',
      });
      return { step: { kind: 'redirect', url: url.href }, state: { ...login }, callbackKey: login.state };
    },

    async complete({ state, callback, now }) {
      const login = state as unknown as LoginState;
      if (callback.state !== login.state) return failed('state_mismatch', 'the answer belongs to another login');
      // Before the code is spent: afterwards the login could not be tried again.
      await requireReachable();
      let accessToken: string;
      try {
        const tokens = await authorizationCodeGrant(configuration, callbackAddress(login.callbackUrl, callback), {
          expectedState: login.state,
          pkceCodeVerifier: login.codeVerifier,
        });
        accessToken = tokens.access_token;
      } catch (error) {
        return outcomeOf(error);
      }
      const answers: unknown[] = [];
      try {
        for (const path of profile.apiPaths) answers.push(await askApi(path, accessToken));
      } catch (error) {
        // The code is spent: this login can only be started anew.
        const providerMessage = printable(String((error as Error).message));
        const code = findUnavailable(error) ? 'provider_unavailable' : 'provider_error';
        return { result: 'failed', code, providerCode: 'api', providerMessage };
      }
      const person = profile.toPerson(answers);
      if (!person) return failed('account', 'something about the account is missing');
      const native: EidNative = {
        format: 'oauth2_account',
        mediaType: 'application/json',
        fileName: `${profile.method}-account.json`,
        content: Buffer.from(JSON.stringify(answers), 'utf8'),
        binding: { issuer, clientId: settings.clientId, api: hostOf('api'), askedAt: now.toISOString() },
      };
      return { result: 'completed', person, native, authenticatedAt: clock.now(), assuranceLevel: 'low' };
    },

    async cancel() {},
  };

  function outcomeOf(error: unknown): EidOutcome {
    const outage = findUnavailable(error);
    if (outage) throw outage;
    if (error instanceof AuthorizationResponseError) {
      return profile.toOutcome(printable(error.error), error.error_description && printable(error.error_description));
    }
    if (error instanceof ResponseBodyError)
      return failed(printable(error.error), 'the provider refused the login code');
    if (error instanceof ClientError) return failed('invalid_answer', printable(error.message));
    throw error;
  }
}

function failed(providerCode: string, providerMessage: string): EidOutcome {
  return { result: 'failed', code: 'provider_error', providerCode, providerMessage };
}
