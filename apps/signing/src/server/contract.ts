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
  /** With the addresses of what the account has uploaded. */
  account: { name: string; logoUrl?: string; cssUrl?: string };
  contact: { name?: string; email?: string; phone?: string; url?: string };
  signer: { firstName?: string; lastName?: string; fullName?: string };
  dialogs?: { before?: DialogBefore; after?: { title?: string; message?: string } };
  language: string;
  environment: 'test' | 'prod';
  /** A message tells the signer when the turn has come. */
  turnIsTold: boolean;
  theme: {
    colorTheme: string;
    themeMode: string;
    spinner?: string;
    hideTopBar?: boolean;
    backgroundColor?: string;
  };
  mechanism: string;
  /** How the signer goes on from the document. */
  signStep: 'eid' | 'accept' | 'handwriting';
  /** The login of this session, where it serves to sign. */
  identity?: { fullName: string; firstName: string; lastName: string; method: string; methodName: string };
  methods: SigningMethod[];
  redirect: { mode: string; success?: string; cancel?: string; error?: string };
  signature?: {
    fullName: string;
    method: string;
    methodName: string;
    mechanism: string;
    signedTime: string;
    /** A page to keep until the signed copy is there. */
    receipt: { fileName: string; url: string };
  };
  remainingSigners: number;
  canDownload: boolean;
  /** How long the signer waits at most, after the signature, for what the account waits for; 0: not at all. */
  successWaitSeconds: number;
  /** Why the sender has cancelled, where signers may read it. */
  cancelReason?: string;
  attempt?: { attemptId: string; purpose: 'sign' | 'identify'; method: string; state: 'started' | 'returned' };
};

/** Shown before the document; a box to tick and fields to fill in, where there are some. */
export type DialogBefore = {
  title?: string;
  message?: string;
  useCheckBox: boolean;
  fields: { key: string; description?: string; type: 'Text' | 'Checkbox'; required: boolean }[];
  accepted: boolean;
};

/** What a person must prove before anything of the document is shown. */
export type PendingAuthentication = {
  step: 'eid' | 'code';
  methods: SigningMethod[];
  maskedNumber?: string;
  code?: { sentAt: string; expiresAt: string; resendAt: string; triesLeft: number; sendsLeft: number };
};

/** A session whose person is not known yet: nothing in it tells of the document. */
export type LockedView = Omit<View, 'document'> & { document?: undefined; authentication: PendingAuthentication };

export type SessionView = View | LockedView;

export function isLocked(view: SessionView): view is LockedView {
  return view.document === undefined;
}

export type CodeCheck = { outcome: 'passed' | 'wrong' | 'expired' | 'used_up'; view: SessionView };

/** A signature by hand. Strokes are lists of x, y, milliseconds, pressure, x, y … in an area of 600 × 200. */
export type Handwriting = {
  kind: 'drawn' | 'typed';
  firstName: string;
  lastName: string;
  picture: string;
  strokes: number[][];
};

export type OpenedSession = { sessionToken: string; signToken: string; handle: string; view: SessionView };

export type StartedAttempt = { attemptId: string; step: { kind: 'redirect'; url: string; inWindow: boolean } };

export type AttemptOutcome = {
  outcome: 'signed' | 'identified' | 'canceled' | 'failed';
  errorCode?: string;
  eidErrorCode?: string;
  eidErrorMessage?: string;
  redirect?: string;
  view: SessionView;
};

/** What the signer sees go wrong, with the eID's own words and the request that failed. */
export type ReportedError = {
  errorCode: string;
  eidErrorCode?: string;
  eidErrorMessage?: string;
  requestId?: string;
};

export type Download = { kind: string; fileName: string; url: string };

export type SigningResult = {
  /** Of what the account lets the signer wait for; `failed`: somebody who was asked could not answer. */
  successAction: 'done' | 'waiting' | 'failed';
  packaged: boolean;
  downloads: Download[];
  redirect?: string;
};

/** Of whom people know before they have a session. */
export type Sender = Pick<View, 'account' | 'contact'>;

/** What the server writes into the page before any script runs. */
export type Boot = {
  bootCode: string | null;
  handle: string | null;
  language: string;
  /** Origins of the page around this one that is told what happens. */
  messageOrigins: readonly string[];
  /** `eid_window`: the eID ended in a window of its own, and the signing app waits in the frame that opened it. */
  state: 'ok' | 'unknown_link' | 'not_allowed' | 'account_closed' | 'eid_window' | 'theme_preview';
  /** What a preview shows. */
  theme?: View['theme'];
  /** Whom to ask, where the sender has limited who may come. */
  sender?: Sender;
};
