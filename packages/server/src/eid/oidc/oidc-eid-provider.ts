import { randomBytes } from 'node:crypto';
import { compactDecrypt, decodeProtectedHeader, importJWK, type JWK, type JWTPayload } from 'jose';
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildAuthorizationUrlWithJAR,
  buildAuthorizationUrlWithPAR,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  clockSkew,
  clockTolerance,
  customFetch,
  enableDecryptingResponses,
  fetchUserInfo,
  PrivateKeyJwt,
  ResponseBodyError,
} from 'openid-client';
import { type Clock, systemClock } from '../../kernel/clock/clock.ts';
import type { EidNative, EidOutcome, EidProvider, EidStart } from '../eid-provider.ts';
import { oidcNativeFormat, verifyNative } from '../verify-native.ts';
import { callbackAddress, printable } from './callback-address.ts';
import {
  type BoundFiles,
  bindingAlgorithm,
  computeNonce,
  type DocumentBinding,
  isSha256Hex,
  shownLines,
} from './document-binding.ts';
import { createOidcFetch, findUnavailable, type OidcFetchOptions, unavailable } from './oidc-fetch.ts';
import type { OidcProfile } from './oidc-profile.ts';
import { createOpenIdProviderCache } from './openid-provider-cache.ts';

/** How Segl authenticates to the OpenID provider's endpoints. */
export type OidcClientAuthentication =
  | { method: 'client_secret_basic'; clientSecret: string }
  | { method: 'client_secret_post'; clientSecret: string }
  /** `privateKey` has `alg` and `kid`; the public part is registered with the provider. */
  | { method: 'private_key_jwt'; privateKey: JWK };

export interface OidcEidSettings {
  issuer: string;
  clientId: string;
  authentication: OidcClientAuthentication;
  /** Private key for which the provider encrypts id_tokens, with `alg` and `kid`; where its profile demands it. */
  decryptionKey?: JWK;
  /** Scopes besides those of the profile that the provider gave this client, such as a service code. */
  scopes?: readonly string[];
  /**
   * The issuer is a simulator: plain http is allowed, and the provider can never be registered for production. Without
   * it, an issuer that says of itself that it is a simulator is refused.
   */
  simulator?: boolean;
  clock: Clock;
  http?: OidcFetchOptions;
}

export interface OidcEidProvider extends EidProvider {
  readonly simulator: boolean;
}

/** What is remembered between start and complete. Holds secrets; the caller stores it encrypted. */
interface LoginState {
  state: string;
  codeVerifier: string;
  bindingSecret: string;
  documentSha256?: string;
  attachmentSha256?: readonly string[];
  asksNationalNumber: boolean;
  callbackUrl: string;
  startedAtMs: number;
}

/** Clocks of ours and the provider's may differ by this much. */
const toleranceSeconds = 30;
const contentEncryption = ['A128CBC-HS256', 'A256CBC-HS512', 'A128GCM', 'A256GCM'];

/**
 * The engine of every eID that speaks OpenID Connect: code flow with PKCE (RFC 7636, S256), `state`, a nonce that commits
 * to the document, `iss` of the response (RFC 9207), pushed requests where offered. The id_token itself becomes the native
 * evidence.
 */
export function createOidcEidProvider(profile: OidcProfile, settings: OidcEidSettings): OidcEidProvider {
  const { clientId, clock } = settings;
  const simulator = settings.simulator === true;
  if (new URL(settings.issuer).protocol !== 'https:' && !simulator) {
    throw new TypeError(`the issuer of ${profile.method} must use https`);
  }
  if (profile.keys && !(settings.decryptionKey && settings.authentication.method === 'private_key_jwt')) {
    throw new TypeError(`${profile.method} needs a private key for signing and another for decryption`);
  }
  const fetch = createOidcFetch(settings.http);
  const openIdProvider = createOpenIdProviderCache({
    issuer: settings.issuer,
    allowInsecure: simulator,
    fetch,
    clock,
  });
  let clientAuthentication: Promise<ClientAuth> | undefined;

  /** The library reads the system's time; the skew makes it judge by the caller's. */
  async function configure(now: Date): Promise<Configuration> {
    const metadata = await openIdProvider.metadata();
    if (metadata.segl_simulator === true && !simulator) throw unavailable('is a simulator, which is not allowed here');
    clientAuthentication ??= createClientAuthentication(settings.authentication);
    const configuration = new Configuration(
      metadata,
      clientId,
      {
        [clockSkew]: Math.round((now.getTime() - systemClock.now().getTime()) / 1000),
        [clockTolerance]: toleranceSeconds,
        id_token_signed_response_alg: profile.idTokenAlgorithm,
        require_auth_time: !profile.hidesLoginTime,
      },
      await clientAuthentication,
    );
    configuration[customFetch] = fetch;
    if (profile.keys) {
      const { kid, alg } = settings.decryptionKey!;
      enableDecryptingResponses(configuration, contentEncryption, {
        key: await privateKey(settings.decryptionKey!),
        kid,
        alg,
      });
    }
    if (simulator) allowInsecureRequests(configuration);
    return configuration;
  }

  async function authorizationUrl(
    configuration: Configuration,
    parameters: Record<string, string>,
    pushed: boolean,
  ): Promise<URL> {
    if (profile.keys === 'signed_requests' && settings.authentication.method === 'private_key_jwt') {
      const { privateKey: jwk } = settings.authentication;
      return buildAuthorizationUrlWithJAR(configuration, parameters, { key: await privateKey(jwk), kid: jwk.kid! });
    }
    if (!pushed) return buildAuthorizationUrl(configuration, parameters);
    return buildAuthorizationUrlWithPAR(configuration, parameters).catch((error: unknown) => {
      throw findUnavailable(error) ?? unavailable('refused our request', null, error);
    });
  }

  async function requireClaims(native: EidNative, login: LoginState, now: Date): Promise<JWTPayload | EidOutcome> {
    const verdict = await verifyNative(native, filesOf(login));
    if (!verdict.valid) return invalidIdToken(`its ${verdict.fault} is wrong`);
    const { iat, exp, auth_time: authTime } = verdict.claims;
    const nowSeconds = now.getTime() / 1000;
    const startedAtSeconds = Math.floor(login.startedAtMs / 1000);
    if (typeof exp !== 'number' || exp <= nowSeconds - toleranceSeconds) return invalidIdToken('it has expired');
    if (typeof iat !== 'number' || iat > nowSeconds + toleranceSeconds || iat < startedAtSeconds - toleranceSeconds) {
      return invalidIdToken('it was not issued during this login');
    }
    if (profile.hidesLoginTime) return verdict.claims;
    if (typeof authTime !== 'number' || authTime < startedAtSeconds - toleranceSeconds) {
      return invalidIdToken('the person did not authenticate during this login');
    }
    return verdict.claims;
  }

  return {
    method: profile.method,
    displayName: profile.displayName,
    countryCode: profile.countryCode,
    signs: profile.signs,
    allowsFraming: profile.allowsFraming,
    simulator,

    async start(input) {
      const { documentSha256, attachmentSha256 = [] } = input;
      if (documentSha256 !== undefined && ![documentSha256, ...attachmentSha256].every(isSha256Hex)) {
        throw new TypeError('documentSha256 and attachmentSha256 must be 64 lower-case hex digits');
      }
      if (input.purpose === 'sign' && documentSha256 === undefined) {
        throw new TypeError('signing needs documentSha256');
      }
      if (/[?#]/.test(input.callbackUrl)) throw new TypeError('callbackUrl must have no query and no fragment');
      const now = clock.now();
      const configuration = await configure(now);
      const metadata = configuration.serverMetadata();
      const login: LoginState = {
        state: randomBytes(32).toString('base64url'),
        codeVerifier: randomBytes(32).toString('base64url'),
        bindingSecret: randomBytes(32).toString('base64url'),
        ...filesOf(input),
        asksNationalNumber: input.wantsNationalNumber === true,
        callbackUrl: input.callbackUrl,
        startedAtMs: now.getTime(),
      };
      const pushed = metadata.pushed_authorization_request_endpoint !== undefined;
      const parameters = {
        // An earlier login in the same browser must never sign anything.
        ...(profile.prompt === null ? {} : { prompt: profile.prompt ?? 'login' }),
        ...(profile.hidesLoginTime ? {} : { max_age: '0' }),
        ...profile.requestParameters(input, { pushed }),
        ...(metadata.binding_message_parameter_supported === true && pushed ? bindingMessage(input) : {}),
        response_type: 'code',
        scope: [profile.scope(login.asksNationalNumber), ...(settings.scopes ?? [])].join(' '),
        redirect_uri: login.callbackUrl,
        state: login.state,
        nonce: computeNonce(login.bindingSecret, login),
        code_challenge: await calculatePKCECodeChallenge(login.codeVerifier),
        code_challenge_method: 'S256',
      };
      const url = await authorizationUrl(configuration, parameters, pushed);
      return { step: { kind: 'redirect', url: url.href }, state: { ...login }, callbackKey: login.state };
    },

    async complete({ state, callback, now }) {
      const login = state as unknown as LoginState;
      if (callback.state !== login.state) return failed('state_mismatch', 'the answer belongs to another login');
      const configuration = await configure(now);
      // Fetched before the code is spent: without the keys, the login could not be completed and not be tried again.
      await openIdProvider.keys(undefined);
      let tokens: Awaited<ReturnType<typeof authorizationCodeGrant>>;
      try {
        tokens = await authorizationCodeGrant(configuration, callbackAddress(login.callbackUrl, callback), {
          expectedState: login.state,
          expectedNonce: computeNonce(login.bindingSecret, login),
          pkceCodeVerifier: login.codeVerifier,
          idTokenExpected: true,
        });
      } catch (error) {
        return toOutcome(profile, error);
      }
      // What is kept as evidence must be checkable by others, who do not have our key.
      const idToken = profile.keys ? await decrypted(tokens.id_token!, settings.decryptionKey!) : tokens.id_token!;
      const binding: DocumentBinding = {
        algorithm: bindingAlgorithm(login),
        bindingSecret: login.bindingSecret,
        ...filesOf(login),
        issuer: configuration.serverMetadata().issuer,
        clientId,
        jwks: await openIdProvider.keys(decodeProtectedHeader(idToken).kid),
      };
      const native: EidNative = {
        format: oidcNativeFormat,
        mediaType: 'application/jwt',
        fileName: profile.nativeFileName,
        content: Buffer.from(idToken, 'latin1'),
        binding: { ...binding },
      };
      const idTokenClaims = await requireClaims(native, login, now);
      if ('result' in idTokenClaims) return idTokenClaims as EidOutcome;
      const userinfo = profile.usesUserinfo
        ? await fetchUserInfo(configuration, tokens.access_token, idTokenClaims.sub!).catch(userinfoFailure)
        : {};
      if ('result' in userinfo) return userinfo as EidOutcome;
      // What is signed prevails.
      const claims: JWTPayload = { ...userinfo, ...idTokenClaims };
      const assuranceLevel = profile.assuranceLevel(claims);
      if (assuranceLevel === undefined) return invalidIdToken('its assurance level is too low');
      const person = profile.toPerson(claims, { asksNationalNumber: login.asksNationalNumber });
      if (!person) return invalidIdToken('a claim about the person is missing');
      const authenticatedAt = new Date(((claims.auth_time ?? claims.iat) as number) * 1000);
      const certificate = profile.toCertificate?.(claims);
      return {
        result: 'completed',
        person,
        native,
        authenticatedAt,
        assuranceLevel,
        ...(certificate ? { certificate } : {}),
      };
    },

    /** Nothing runs at the provider that could be stopped; the login's code, if there will be one, is never used. */
    async cancel() {},
  };
}

/** Members without a value are left out: the binding is evidence, and says nothing that it does not mean. */
function filesOf({ documentSha256, attachmentSha256 = [] }: BoundFiles): BoundFiles {
  return {
    ...(documentSha256 === undefined ? {} : { documentSha256 }),
    ...(attachmentSha256.length === 0 ? {} : { attachmentSha256: [...attachmentSha256] }),
  };
}

async function createClientAuthentication(authentication: OidcClientAuthentication): Promise<ClientAuth> {
  if (authentication.method === 'client_secret_basic') return ClientSecretBasic(authentication.clientSecret);
  if (authentication.method === 'client_secret_post') return ClientSecretPost(authentication.clientSecret);
  return PrivateKeyJwt({ key: await privateKey(authentication.privateKey), kid: authentication.privateKey.kid });
}

async function privateKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk);
  if (key instanceof Uint8Array) throw new TypeError('an asymmetric key is needed');
  return key;
}

/** The signed token inside. The library has opened it before, so that failing here is no answer of the provider's. */
async function decrypted(token: string, jwk: JWK): Promise<string> {
  const options = { keyManagementAlgorithms: [jwk.alg!], contentEncryptionAlgorithms: contentEncryption };
  const { plaintext } = await compactDecrypt(token, await privateKey(jwk), options);
  return Buffer.from(plaintext).toString('latin1');
}

/** The code is spent by now: whatever fails here, this login can only be started anew. */
function userinfoFailure(error: unknown): EidOutcome {
  if (findUnavailable(error)) {
    return { result: 'failed', code: 'provider_unavailable', providerCode: 'userinfo', providerMessage: 'no answer' };
  }
  return failed('userinfo', error instanceof Error ? printable(error.message) : 'no usable answer');
}

/** Named as in CIBA Core §7.1. */
function bindingMessage(input: EidStart): Record<string, string> {
  const lines = shownLines(input, 200);
  return lines ? { binding_message: lines } : {};
}

function toOutcome(profile: OidcProfile, error: unknown): EidOutcome {
  const outage = findUnavailable(error);
  if (outage) throw outage;
  if (error instanceof AuthorizationResponseError) {
    return profile.toOutcome(printable(error.error), error.error_description && printable(error.error_description));
  }
  if (error instanceof ResponseBodyError) return failed(printable(error.error), 'the provider refused the login code');
  if (error instanceof ClientError) return invalidIdToken(printable(error.message));
  throw error;
}

function invalidIdToken(reason: string): EidOutcome {
  return failed('invalid_id_token', reason);
}

function failed(providerCode: string, providerMessage: string): EidOutcome {
  return { result: 'failed', code: 'provider_error', providerCode, providerMessage };
}
