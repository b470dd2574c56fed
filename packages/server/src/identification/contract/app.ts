import Type, { type Static } from 'typebox';
import { AttemptStep } from '../../eid/contract/attempt.ts';
import { Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { Provider } from './providers.ts';
import { LANGUAGES, STATUSES } from './session.ts';

const optional = Type.Optional;

/** What the identification app shows: everything that it knows of the session. */
export const AppView = Type.Object({
  /** The id that the caller knows the session by. */
  sessionId: Type.String(),
  requestId: Type.String(),
  status: stringEnum(STATUSES),
  environment: stringEnum(['test', 'prod']),
  accountName: Type.String(),
  /** What the account has uploaded, on this server. */
  logoUrl: optional(Type.String()),
  cssUrl: optional(Type.String()),
  language: optional(stringEnum(LANGUAGES)),
  pageTitle: optional(Type.String()),
  externalReference: optional(Type.String()),
  ui: Type.Object({
    hideProviderHeader: Type.Boolean(),
    hideFooter: Type.Boolean(),
    themeMode: stringEnum(['light', 'dark']),
    colorTheme: stringEnum(['default', 'light_blue']),
  }),
  providers: Type.Array(
    Type.Object({
      type: Provider('An eID to choose.'),
      country: optional(Type.String()),
      names: Type.Unsafe<Record<(typeof LANGUAGES)[number], string>>({
        type: 'object',
        additionalProperties: { type: 'string' },
      }),
    }),
  ),
  provider: optional(Provider('The eID that is or was used.')),
  frame: optional(
    Type.Object({
      messageOrigins: Type.Array(Type.String()),
      /** Messages only: the page around stays where it is. */
      webMessaging: Type.Boolean(),
      heightPx: Type.Integer(),
    }),
  ),
  /** Where the user goes now that the session has ended. */
  returnUrl: optional(Type.String()),
  error: optional(Type.Object({ code: Type.String(), message: Type.String(), providerCode: optional(Type.String()) })),
});
export type AppView = Static<typeof AppView>;

export const OpenSessionRequest = Type.Object({
  link: Text({ minLength: 1, maxLength: 100 }),
  /** Of the browser that has started it before. */
  sessionToken: optional(Text({ maxLength: 200 })),
  /** As the browser reports it, when the page is framed. */
  parentOrigin: optional(Text({ maxLength: 300 })),
});
export type OpenSessionRequest = Static<typeof OpenSessionRequest>;
export const OpenSessionResponse = Type.Object({
  /** Absent for a session that has ended. */
  sessionToken: optional(Type.String()),
  view: AppView,
});

export const ViewResponse = Type.Object({ view: AppView });

export const ChangeLanguageRequest = Type.Object({ language: stringEnum(LANGUAGES) });

export const StartEidRequest = Type.Object({
  provider: Provider('The eID that was chosen.'),
  /** The page is inside a frame. */
  framed: optional(Type.Boolean()),
});
export type StartEidRequest = Static<typeof StartEidRequest>;
export const StartEidResponse = Type.Object({
  attemptId: Guid(),
  step: AttemptStep,
});

export const CompleteEidRequest = Type.Object({
  /** Attempt and code, as in the address to which the eID's return led. */
  returnedAttempt: Text({ minLength: 1, maxLength: 200 }),
});
