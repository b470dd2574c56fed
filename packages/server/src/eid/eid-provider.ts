import type { Environment } from '../kernel/events/events.ts';

/** What a provider must know to start. The digests bind the eID's answer to the bytes that are signed. */
export interface EidStart {
  attemptId: string;
  accountName: string;
  environment: Environment;
  purpose: 'sign' | 'identify';
  documentTitle?: string;
  /** Hex SHA-256 of the bytes to be signed. */
  documentSha256?: string;
  /** The same of each file that this one login signs along with the document, in their order: style sheet, attachments. */
  attachmentSha256?: readonly string[];
  /** Prefilled national number, when the caller gave one. Never logged. */
  nationalNumber?: string;
  /** Ask the eID for the person's national number, which needs the eID's permission. */
  wantsNationalNumber?: boolean;
  language: string;
  /** Where the provider sends the browser back to; registered with the provider. */
  callbackUrl: string;
}

/** What the person meets next. Where no browser is sent anywhere, the port is `PolledEidProvider`. */
export type EidStep = { kind: 'redirect'; url: string };

export interface EidPerson {
  /** As the eID reports them. */
  fullName: string;
  firstName: string;
  middleName?: string;
  lastName: string;
  /** `YYYY-MM-DD`. */
  dateOfBirth?: string;
  /** The eID's stable id of the person; not a national number. Some have none. */
  uniqueId?: string;
  nationalNumber?: { value: string; countryCode: string };
  email?: string;
  /** E.164. */
  phoneNumber?: string;
}

/** What the eID itself produced, kept unchanged as evidence. */
export interface EidNative {
  /** `oidc_id_token` … */
  format: string;
  mediaType: string;
  fileName: string;
  content: Buffer;
  /** What else is needed to check the native against the document, for example the nonce's secret part and the keys. */
  binding: Record<string, unknown>;
}

export type EidOutcome =
  | {
      result: 'completed';
      person: EidPerson;
      native: EidNative;
      authenticatedAt: Date;
      assuranceLevel: string;
      /** What the eID says of the person's certificate, in the names of the older identification API. */
      certificate?: Record<string, string>;
    }
  | { result: 'canceled' }
  | { result: 'failed'; code: string; providerCode?: string; providerMessage?: string };

/**
 * One eID. `state` is what the provider must remember between two requests; it is plain JSON, stored encrypted by the
 * caller with the attempt. Throws `SeglError` 503 `eid_unavailable` when the provider cannot be reached.
 */
export interface EidProvider {
  /** Concrete signature method, for example `no_bankid_netcentric`. */
  readonly method: string;
  readonly displayName: string;
  readonly countryCode: string;
  /** File formats that it can sign with the mechanism `pkisignature`. */
  readonly signs: readonly ('pdf' | 'txt' | 'html' | 'xml')[];
  /** Whether its pages may be shown inside a frame; otherwise it gets a window of its own there. */
  readonly allowsFraming: boolean;
  start(input: EidStart): Promise<{ step: EidStep; state: Record<string, unknown>; callbackKey: string }>;
  /** `callback` holds the query parameters with which the browser came back. */
  complete(input: { state: Record<string, unknown>; callback: Record<string, string>; now: Date }): Promise<EidOutcome>;
  cancel(state: Record<string, unknown>): Promise<void>;
}
