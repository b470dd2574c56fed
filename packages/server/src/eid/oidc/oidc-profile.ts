import type { JWTPayload } from 'jose';
import type { EidOutcome, EidPerson, EidProvider, EidStart } from '../eid-provider.ts';

/** What sets one eID apart from others that speak OpenID Connect. Pure: no state, no input or output. */
export interface OidcProfile
  extends Pick<EidProvider, 'method' | 'displayName' | 'countryCode' | 'signs' | 'allowsFraming'> {
  nativeFileName: string;
  /** The only algorithm that the provider's id_tokens may be signed with. */
  idTokenAlgorithm: string;
  scope(asksNationalNumber: boolean): string;
  /** How the provider is told to have the person log in anew: `login` where absent; `null` for one that is not told. */
  prompt?: string | null;
  /**
   * Its id_tokens have no `auth_time`: that the person logged in during this run rests on `prompt` alone, which such a provider may
   * ignore. Not for signing.
   */
  hidesLoginTime?: boolean;
  /** What it tells of the person, it tells at the userinfo endpoint (OpenID Connect Core §5.3). */
  usesUserinfo?: boolean;
  /** Clients authenticate with keys, and its id_tokens are encrypted for us; with `signed_requests`, it takes requests as objects signed by us only (RFC 9101). */
  keys?: 'encryption' | 'signed_requests';
  /**
   * Parameters besides those of the code flow itself: `login_hint`, `acr_values`, `ui_locales` … With `pushed`, they reach
   * the provider directly (RFC 9126) and not through the browser and its history.
   */
  requestParameters(input: EidStart, options: { pushed: boolean }): Record<string, string>;
  /** Segl's word for the assurance level, or nothing when it is too low for this method. */
  assuranceLevel(claims: JWTPayload): string | undefined;
  /** Nothing when a claim is missing that every person of this eID has. What the userinfo endpoint told is among the claims. */
  toPerson(claims: JWTPayload, options: { asksNationalNumber: boolean }): EidPerson | undefined;
  /** What the eID says of the person's certificate, if it does. */
  toCertificate?(claims: JWTPayload): Record<string, string> | undefined;
  /** An authorization error response (RFC 6749 §4.1.2.1). It came through the browser, so its words prove nothing. */
  toOutcome(error: string, description: string | undefined): EidOutcome;
}
