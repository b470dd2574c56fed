import type { EidOutcome, EidPerson } from '../eid-provider.ts';

/** What sets one provider apart from others that speak OAuth 2.0 without OpenID Connect. Pure: no state, no input or output. */
export interface OAuth2Profile {
  method: string;
  displayName: string;
  scope: string;
  /** Below the issuer. */
  authorizationPath: string;
  tokenPath: string;
  /** Hosts of the real provider that are not the issuer's, by what is there; a simulator has all at its own. */
  hosts: { token?: string; api?: string };
  /** Addresses of its API that tell who it was, below its host; the answers reach `toPerson` in this order. */
  apiPaths: readonly string[];
  /** Nothing when something is missing that every account has. */
  toPerson(answers: readonly unknown[]): EidPerson | undefined;
  toOutcome(error: string, description: string | undefined): EidOutcome;
}
