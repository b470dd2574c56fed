import type { LoginAttempt } from './login-attempt.ts';
import type { Language } from './login-texts.ts';
import type { TypedBySegment } from './test-login.ts';

/** Somebody whom an eID's simulator can identify. Everybody in it is invented. */
export interface SimulatedPerson {
  /** Stable within the eID; the `sub` follows from it without giving it away. */
  id: string;
  /** As the last page shows it. */
  name: string;
  /** Everything that the eID can tell; scopes decide what it does tell. */
  claims: Readonly<Record<string, unknown>>;
}

/** English always, and the eID's own language where it has one. */
export type Translated<Text> = { en: Text } & { [Other in Exclude<Language, 'en'>]?: Text };

export interface StepTexts {
  heading: string;
  label: string;
  hint: string;
}

export type StepField = 'digits' | 'text' | 'code' | 'password' | 'choice' | 'confirmation';

/** What came of the thing typed: a fault that the page names (a `guess` costs a try), or whom it belongs to. */
export interface StepAnswer {
  fault?: string;
  isGuess?: boolean;
  person?: SimulatedPerson;
}

/** One page of the login, with one field. */
export interface LoginStep {
  /** Last segment of its address; empty for the first. */
  segment: string;
  field: StepField;
  texts: Translated<StepTexts>;
  /** The words that pick an outcome are taken here. */
  takesWords?: boolean;
  /** Of a choice: what is sent, and what the button says. */
  choices?: readonly (readonly [value: string, label: string])[];
  take(typed: string, attempt: LoginAttempt): StepAnswer;
}

export interface EidTexts {
  /** What the pages call themselves. */
  simulator: string;
  /** A person to try it with. */
  testPerson: string;
  /** The right thing to type where the outcomes are picked. */
  rightCode: string;
  faults?: Record<string, string>;
}

/** What sets one simulated eID apart from the others: persons, pages, claims and the habits of its OpenID provider. */
export interface SimulatedEid {
  /** Below the base address: `no-bankid`. */
  path: string;
  /** Under which the issuer is told to the parent process: `noBankId`. */
  name: string;
  texts: Translated<EidTexts>;
  steps: readonly LoginStep[];
  scopes: readonly string[];
  /** Which claims each scope releases, into the id_token and at the userinfo endpoint, unless `told` says otherwise. */
  claimsOfScope: Readonly<Record<string, readonly string[]>>;
  /** Narrows what of a person's claims is told where. */
  told?(claims: Readonly<Record<string, unknown>>, place: string): Readonly<Record<string, unknown>>;
  acrValues: readonly string[];
  /** Assurance that a login gives. */
  acr: string | undefined;
  amr: readonly string[] | undefined;
  /** Request parameters besides those of the protocol. */
  extraParams?: readonly string[];
  /** Clients authenticate with keys, and id_tokens are encrypted for them; requests must be signed objects as well. */
  strict?: 'keys' | 'signed_requests';
  /** Takes `prompt=select_account`. */
  selectsAccount?: boolean;
  /** id_tokens have no `auth_time`. */
  hidesLoginTime?: boolean;
  /** Where its endpoints are, when not at the usual addresses. */
  routes?: { authorization: string; token: string };
  /** What an access token opens besides the userinfo endpoint, by address: answers of its API, made of the person's claims. */
  // biome-ignore lint/suspicious/noExplicitAny: each file knows the claims of its persons
  resources?: Readonly<Record<string, (claims: any) => unknown>>;
  /** Takes requests from the client directly (RFC 9126). */
  takesPushedRequests: boolean;
  /** `binding_message` (CIBA Core §7.1) is a parameter, and the metadata say so. */
  takesBindingMessage?: boolean;
  /** What the person is about to sign, out of the request: title first, detail in further lines. */
  bindingMessage?(params: Readonly<Record<string, unknown>>): string | undefined;
  /** What the first field holds already. */
  prefill?(params: Readonly<Record<string, unknown>>): string;
  /** The eID's own words for its ends, where they are others than those of `LoginEnd`. */
  errorOf?(end: { error: string; description: string }): { error: string; error_description?: string };
  uiLocales: readonly string[];
  /** What to type on the pages to log in as the person with this number (the first one where absent); `word` picks an outcome. */
  testLogin(person: { number?: string | undefined; word?: string | undefined }): TypedBySegment;
}
