import Type, { type Static } from 'typebox';
import { AttemptStep } from '../../eid/contract/attempt.ts';
import { DateTime, Dictionary, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { ATTACHMENT_TYPES } from './attachment.ts';
import { MECHANISMS, REDIRECT_MODES } from './document.ts';
import { FILE_TYPES } from './lists.ts';
import { COLOR_THEMES, LANGUAGES, SPINNERS, THEME_MODES } from './signing-page.ts';

const optional = Type.Optional;

/** How long the session lives without a sign of life, and at most; the device's own clock may be wrong. */
export const SessionLife = Type.Object({ expiresInSeconds: Type.Integer(), endsInSeconds: Type.Integer() });
export type SessionLife = Static<typeof SessionLife>;

const OfferedMethod = Type.Object({
  method: Type.String(),
  name: Type.String(),
  countryCode: Type.String(),
  description: optional(Type.String()),
});

const PendingAuthentication = Type.Object({
  /** `code` comes after `eid` where both are asked for. */
  step: stringEnum(['eid', 'code']),
  methods: Type.Array(OfferedMethod),
  /** Of the mobile that the code goes to; only its last digits. */
  maskedNumber: optional(Type.String()),
  /** The code that was sent last in this session. */
  code: optional(
    Type.Object({
      sentAt: DateTime(),
      expiresAt: DateTime(),
      resendAt: DateTime(),
      triesLeft: Type.Integer(),
      sendsLeft: Type.Integer(),
    }),
  ),
});

/** The page that says what a signer has signed. */
export const RECEIPT_PATH = '/app/v1/receipt';

/** What the signing app shows: everything it knows of the document, the account and the signer. */
export const SessionView = Type.Object({
  life: SessionLife,
  documentId: Guid(),
  state: stringEnum([
    'sign',
    'waiting_for_attachments',
    'not_your_turn',
    'signed',
    'completed_without_you',
    'expired',
    'canceled',
  ]),
  /** Absent until the person has proven who is there, where the sender asks for that. */
  document: optional(
    Type.Object({
      title: Type.String(),
      description: optional(Type.String()),
      fileName: Type.String(),
      format: stringEnum(FILE_TYPES),
      /** There is a copy to be shown in place of the content; `reduced`: something of the content is not in it. */
      display: optional(Type.Object({ reduced: Type.Boolean() })),
      sizeBytes: Type.Integer(),
      sha256: Type.String(),
      pageCount: optional(Type.Integer()),
    }),
  ),
  /** What must be proven next; while it is there, nothing tells of the document. */
  authentication: optional(PendingAuthentication),
  /** Those that this signer gets, to be accepted before the document can be signed. */
  attachments: Type.Array(
    Type.Object({
      id: Guid(),
      title: Type.String(),
      description: optional(Type.String()),
      fileName: Type.String(),
      type: stringEnum(ATTACHMENT_TYPES),
      sizeBytes: Type.Integer(),
      sha256: Type.String(),
      pageCount: optional(Type.Integer()),
      accepted: Type.Boolean(),
    }),
  ),
  account: Type.Object({
    name: Type.String(),
    /** What the account has uploaded, on this server. */
    logoUrl: optional(Type.String()),
    cssUrl: optional(Type.String()),
  }),
  contact: Type.Object({
    name: optional(Type.String()),
    email: Type.String(),
    phone: optional(Type.String()),
    url: optional(Type.String()),
  }),
  signer: Type.Object({
    firstName: optional(Type.String()),
    lastName: optional(Type.String()),
    fullName: optional(Type.String()),
  }),
  language: stringEnum(LANGUAGES),
  environment: stringEnum(['test', 'prod']),
  /** A message tells the signer when the turn has come. */
  turnIsTold: Type.Boolean(),
  theme: Type.Object({
    colorTheme: stringEnum(COLOR_THEMES),
    themeMode: stringEnum(THEME_MODES),
    spinner: stringEnum(SPINNERS),
    hideTopBar: Type.Boolean(),
    backgroundColor: optional(Type.String()),
  }),
  dialogs: optional(
    Type.Object({
      before: optional(
        Type.Object({
          title: optional(Type.String()),
          message: optional(Type.String()),
          useCheckBox: Type.Boolean(),
          fields: Type.Array(
            Type.Object({
              key: Type.String(),
              description: optional(Type.String()),
              type: stringEnum(['Text', 'Checkbox']),
              required: Type.Boolean(),
            }),
          ),
          accepted: Type.Boolean(),
        }),
      ),
      after: optional(Type.Object({ title: optional(Type.String()), message: optional(Type.String()) })),
    }),
  ),
  mechanism: stringEnum(MECHANISMS),
  /** How the signer goes on from the document: to an eID, to accept under the name of a login, or to write by hand. */
  signStep: stringEnum(['eid', 'accept', 'handwriting']),
  /** The login of this session, where it serves to sign. */
  identity: optional(
    Type.Object({
      fullName: Type.String(),
      firstName: Type.String(),
      lastName: Type.String(),
      method: Type.String(),
      methodName: Type.String(),
    }),
  ),
  methods: Type.Array(OfferedMethod),
  redirect: Type.Object({
    mode: stringEnum(REDIRECT_MODES),
    success: optional(Type.String()),
    cancel: optional(Type.String()),
    error: optional(Type.String()),
  }),
  signature: optional(
    Type.Object({
      fullName: Type.String(),
      method: Type.String(),
      methodName: Type.String(),
      mechanism: stringEnum(MECHANISMS),
      signedTime: DateTime(),
      /** A page to keep until the signed file is there; made when it is fetched. */
      receipt: Type.Object({ fileName: Type.String(), url: Type.String() }),
    }),
  ),
  remainingSigners: Type.Integer(),
  canDownload: Type.Boolean(),
  /** How long the signer waits at most, after the signature, for what the account waits for; 0: not at all. */
  successWaitSeconds: Type.Integer(),
  /** Why the document was cancelled, where the account lets signers read it. */
  cancelReason: optional(Type.String()),
  attempt: optional(
    Type.Object({
      attemptId: Guid(),
      purpose: stringEnum(['sign', 'identify']),
      method: Type.String(),
      state: stringEnum(['started', 'returned']),
    }),
  ),
});
export type SessionView = Static<typeof SessionView>;

export const StartSessionRequest = Type.Object({
  bootCode: optional(Type.String({ maxLength: 2000 })),
  signToken: optional(Type.String({ maxLength: 2000 })),
});
export const StartSessionResponse = Type.Object({
  sessionToken: Type.String(),
  signToken: Type.String(),
  handle: Guid(),
  view: SessionView,
});

export const StartSigningRequest = Type.Object({
  method: Type.String({ maxLength: 50 }),
  documentSha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  framed: optional(Type.Boolean({ description: 'Whether the signing app runs inside a frame.' })),
});
export const StartSigningResponse = Type.Object({
  attemptId: Guid(),
  step: AttemptStep,
});

export const AttachmentOfSession = Type.Object({ attachmentId: Guid() });
export const AcceptAttachmentRequest = Type.Object({
  contentSha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  readToEnd: optional(Type.Boolean()),
});
export type AcceptAttachmentRequest = Static<typeof AcceptAttachmentRequest>;

export const AttemptRequest = Type.Object({ attemptId: Guid() });
export const CompleteSigningRequest = Type.Object({
  returnedAttempt: Type.String({
    description:
      'As the address names it after the return from the eID: the attempt, a dot, and the code of this return.',
    pattern: '^[0-9a-f-]{36}\\.[A-Za-z0-9_-]{32}$',
  }),
});
export const CompleteSigningResponse = Type.Object({
  outcome: stringEnum(['signed', 'identified', 'canceled', 'failed']),
  errorCode: optional(Type.String()),
  eidErrorCode: optional(Type.String()),
  eidErrorMessage: optional(Type.String()),
  /** Where to go for those who give up. */
  redirect: optional(Type.String()),
  view: SessionView,
});
export type CompleteSigningResponse = Static<typeof CompleteSigningResponse>;

export const StartAuthenticationRequest = Type.Object({
  method: Type.String({ maxLength: 50 }),
  framed: optional(Type.Boolean({ description: 'Whether the signing app runs inside a frame.' })),
});

export const CheckCodeRequest = Type.Object({ code: Type.String({ pattern: '^[0-9]{6}$' }) });
export const CheckCodeResponse = Type.Object({
  outcome: stringEnum(['passed', 'wrong', 'expired', 'used_up']),
  view: SessionView,
});

export const AcceptDialogRequest = Type.Object({
  accepted: optional(Type.Boolean()),
  answers: optional(Dictionary(Type.String({ maxLength: 2000 }))),
});
export type AcceptDialogRequest = Static<typeof AcceptDialogRequest>;

const documentSha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
export const AcceptDocumentRequest = Type.Object({ documentSha256 });

/** Strokes as lists of x, y, milliseconds since the first point, pressure from 0 to 1, x, y …; the area is 600 × 200. */
export const SignByHandRequest = Type.Object({
  documentSha256,
  kind: stringEnum(['drawn', 'typed']),
  firstName: optional(
    Text({ maxLength: 100, description: 'As the signer writes it; taken from the login where there is one.' }),
  ),
  lastName: optional(
    Text({ maxLength: 100, description: 'As the signer writes it; taken from the login where there is one.' }),
  ),
  picture: Type.String({
    maxLength: 700_000,
    description: 'PNG of 600 × 200 pixels with transparent ground, in base64.',
  }),
  strokes: optional(Type.Array(Type.Array(Type.Number(), { maxItems: 20_000 }), { maxItems: 200 })),
});
export type SignByHandRequest = Static<typeof SignByHandRequest>;
export const SignedResponse = Type.Object({ outcome: stringEnum(['signed']), view: SessionView });

export const ResultResponse = Type.Object({
  /** Of what the account lets the signer wait for; `failed`: a source could not answer. */
  successAction: stringEnum(['done', 'waiting', 'failed']),
  packaged: Type.Boolean(),
  downloads: Type.Array(
    Type.Object({ kind: stringEnum(['pades', 'standard_packaging']), fileName: Type.String(), url: Type.String() }),
  ),
  redirect: optional(Type.String()),
});
export type ResultResponse = Static<typeof ResultResponse>;

export const ReportErrorRequest = Type.Object({
  errorCode: Type.String({ pattern: '^SA-\\d{4}$' }),
  eidErrorCode: optional(Type.String({ maxLength: 200 })),
  eidErrorMessage: optional(Type.String({ maxLength: 1000 })),
  /** Of the request that failed, if it was one. */
  requestId: optional(Type.String({ maxLength: 100 })),
});
export type ReportErrorRequest = Static<typeof ReportErrorRequest>;
export const ReportErrorResponse = Type.Object({ redirect: optional(Type.String()) });

export const CancelSessionResponse = Type.Object({ redirect: optional(Type.String()) });
