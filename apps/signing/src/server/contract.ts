/** What the sign host answers to this app under `/app/v1`. Instants are ISO 8601 in UTC, sizes are bytes. */

export type ViewState =
  | 'sign'
  | 'waiting_for_attachments'
  | 'not_your_turn'
  | 'signed'
  | 'completed_without_you'
  | 'expired'
  | 'canceled';

export type LanguageCode = 'EN' | 'NO';

export type SigningMethod = { method: string; name: string; countryCode: string; description?: string };

/** A file beside the document, to be accepted before the document can be signed. */
export type Attachment = {
  id: string;
  title: string;
  description?: string;
  fileName: string;
  type: 'show_accept' | 'read_accept' | 'sign';
  sizeBytes: number;
  sha256: string;
  pageCount?: number;
  accepted: boolean;
};

/** How long the session lives without a sign of life, and at most. */
export type SessionLife = { expiresInSeconds: number; endsInSeconds: number };

export type View = {
  life: SessionLife;
  documentId: string;
  state: ViewState;
  document: {
    title: string;
    description?: string;
    fileName: string;
    format: 'pdf' | 'txt' | 'html' | 'xml';
    /** There is a copy to be shown in place of the content; `reduced`: not all of the content is in it. */
    display?: { reduced: boolean };
    sizeBytes: number;
    sha256: string;
    pageCount?: number;
  };
  attachments: Attachment[];
  account: { name: string };
  contact: { name?: string; email?: string; phone?: string; url?: string };
  signer: { firstName?: string; fullName?: string };
  language: string;
  environment: 'test' | 'prod';
  theme: {
    colorTheme: string;
    themeMode: string;
    spinner?: string;
    hideTopBar?: boolean;
    backgroundColor?: string;
  };
  mechanism: string;
  methods: SigningMethod[];
  redirect: { mode: string; success?: string; cancel?: string; error?: string };
  signature?: { fullName: string; method: string; methodName: string; signedTime: string };
  remainingSigners: number;
  canDownload: boolean;
  attempt?: { attemptId: string; method: string; state: 'started' | 'returned' };
};

export type OpenedSession = { sessionToken: string; signToken: string; handle: string; view: View };

export type StartedAttempt = { attemptId: string; step: { kind: 'redirect'; url: string; inWindow: boolean } };

export type AttemptOutcome = {
  outcome: 'signed' | 'canceled' | 'failed';
  errorCode?: string;
  eidErrorCode?: string;
  eidErrorMessage?: string;
  redirect?: string;
  view: View;
};

/** What the signer sees go wrong, with the eID's own words and the request that failed. */
export type ReportedError = {
  errorCode: string;
  eidErrorCode?: string;
  eidErrorMessage?: string;
  requestId?: string;
};

export type Download = { kind: string; fileName: string; url: string };

export type SigningResult = { packaged: boolean; downloads: Download[]; redirect?: string };

/** What the server writes into the page before any script runs. */
export type Boot = {
  bootCode: string | null;
  handle: string | null;
  language: string;
  /** Origins of the page around this one that is told what happens. */
  messageOrigins: readonly string[];
  /** `eid_window`: the eID ended in a window of its own, and the signing app waits in the frame that opened it. */
  state: 'ok' | 'unknown_link' | 'eid_window';
};
