import Type, { type Static } from 'typebox';
import { DateTime, Dictionary, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { Provider } from './providers.ts';

const optional = Type.Optional;

export const STATUSES = [
  'created',
  'user_initiated',
  'success',
  'user_aborted',
  'failed',
  'timed_out',
  'invalidated',
] as const;
export type SessionStatus = (typeof STATUSES)[number];

export const LANGUAGES = ['en', 'no', 'sv', 'da', 'fi', 'de'] as const;
export type SessionLanguage = (typeof LANGUAGES)[number];

export const FLOWS = ['redirect', 'iframe', 'headless'] as const;
export const INCLUDES = [
  'name',
  'phone_number',
  'date_of_birth',
  'nin',
  'email',
  'organization',
  'resource.vipps_aml_person',
] as const;
export type Include = (typeof INCLUDES)[number];

const returnUrl = (when: string) =>
  optional(Text({ minLength: 1, maxLength: 2000, format: 'http-url', description: `Where the user goes ${when}.` }));

const RedirectSettings = Type.Object(
  {
    successUrl: returnUrl('after the identification'),
    abortUrl: returnUrl('after giving up'),
    errorUrl: returnUrl('after a failure'),
  },
  { description: 'Where the user goes at the end. Needed for the flow redirect.' },
);

const IframeSettings = Type.Object(
  {
    parentDomains: Type.Array(Text({ minLength: 1, maxLength: 300 }), {
      maxItems: 10,
      description: 'Hosts or origins of the pages around the frame.',
    }),
    postMessageTargetOrigin: optional(
      Text({ minLength: 1, maxLength: 300, description: 'Who gets messages; the first parent when left out.' }),
    ),
  },
  { description: 'Needed for the flow iframe.' },
);

const Ui = Type.Object(
  {
    hideProviderHeader: optional(Type.Boolean({ description: 'Leave the header out.', default: false })),
    hideFooter: optional(Type.Boolean({ description: 'Leave the footer out.', default: false })),
    themeMode: optional(stringEnum(['light', 'dark'], { description: 'Light or dark.', default: 'light' })),
    colorTheme: optional(stringEnum(['default', 'light_blue'], { description: 'Colours.', default: 'default' })),
  },
  { description: 'How the page looks.' },
);

const PrefilledInput = Type.Object(
  {
    nin: optional(Text({ maxLength: 20, description: 'National identity number.' })),
    phoneNumber: optional(Text({ maxLength: 20, description: 'With country code.' })),
    dateOfBirth: optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}([T ].*)?$',
        maxLength: 40,
        description: 'YYYY-MM-DD; a time after it is ignored.',
      }),
    ),
    username: optional(
      Type.Unsafe<string>({ type: 'string', maxLength: 200, description: 'User name.', 'x-other-names': ['userName'] }),
    ),
  },
  { description: 'What the user need not type.' },
);
export type PrefilledInput = Static<typeof PrefilledInput>;

const settings = {
  allowedProviders: optional(
    Type.Array(Provider('An eID.'), { maxItems: 30, description: 'The eIDs to choose from; all when left out.' }),
  ),
  language: optional(stringEnum(LANGUAGES, { description: 'Language of the page.', default: 'en' })),
  flow: stringEnum(FLOWS, { description: 'How the user meets the page, or that there is none.' }),
  include: optional(
    Type.Array(stringEnum(INCLUDES), {
      maxItems: 10,
      description: 'What is to be learnt of the person besides the id at the eID.',
    }),
  ),
  externalReference: optional(Text({ maxLength: 255, description: 'Your reference.' })),
  departmentId: optional(Text({ maxLength: 100, description: 'On the invoice.' })),
};
const moreSettings = {
  redirectSettings: optional(RedirectSettings),
  iframeSettings: optional(IframeSettings),
  ui: optional(Ui),
  prefilledInput: optional(PrefilledInput),
};

export const CreateSessionRequest = Type.Object({ ...settings, ...moreSettings });
export type CreateSessionRequest = Static<typeof CreateSessionRequest>;

const SessionError = Type.Object(
  {
    message: Type.String({ description: 'What went wrong, in English.' }),
    code: Type.String({ description: 'The same for programs.' }),
    providerCode: optional(Type.String({ description: 'The code of the eID itself.' })),
  },
  { description: 'Why it failed or ran out of time.' },
);

const state = {
  id: Guid({ description: 'The session.' }),
  status: stringEnum(STATUSES, { description: 'How it stands. Only success proves anything.' }),
  created: DateTime({ description: 'When it was created.' }),
  expires: DateTime({ description: 'Until when it must have ended.' }),
  provider: optional(Provider('The eID that is or was used.')),
  error: optional(SessionError),
};

const Identity = Type.Object(
  {
    providerId: optional(Type.String({ description: 'Stable id of the person at the eID.' })),
    fullName: optional(Type.String({ description: 'The name as the eID writes it.' })),
    firstName: optional(Type.String({ description: 'First name.' })),
    middleName: optional(Type.String({ description: 'Middle names.' })),
    lastName: optional(Type.String({ description: 'Last name.' })),
    dateOfBirth: optional(Type.String({ description: 'YYYY-MM-DD.' })),
    nin: optional(Type.String({ description: 'National identity number.' })),
    phoneNumber: optional(Type.String({ description: 'In the form of E.164.' })),
    email: optional(Type.String({ description: 'E-mail address.' })),
    organization: optional(
      Type.Object(
        {
          name: optional(Type.String({ description: 'Name.' })),
          organizationNumber: optional(Type.String({ description: 'Number in the register.' })),
          country: optional(Type.String({ description: 'Country code.' })),
        },
        { description: 'The organisation that the person acts for.' },
      ),
    ),
  },
  { description: 'Who it was: what was asked for, and what the eID delivers.' },
);

export const RESOURCE_STATUSES = [
  'pending',
  'success',
  'not_found',
  'unsupported_idp',
  'missing_credentials',
  'invalid_credentials',
  'insufficient_access',
  'service_unavailable',
  'unknown_error',
] as const;

const Resource = Type.Object({
  type: stringEnum(['vipps_aml_person'], { description: 'Which register.' }),
  id: Guid({ description: 'The resource.' }),
  url: optional(Type.String({ description: 'Where it is, when it is ready.' })),
  contentType: optional(Type.String({ description: 'Media type.' })),
  status: stringEnum(RESOURCE_STATUSES, { description: 'Whether it is ready, or why it never will be.' }),
  expires: optional(DateTime({ description: 'Until when it can be fetched.' })),
});

const AuditTrail = Type.Object(
  {
    certificate: optional(Type.String({ description: 'The certificate of the person, base64 of DER.' })),
    events: Type.Array(
      Type.Object({
        id: Type.Integer({ description: 'Counts from 1.' }),
        name: Type.String({ description: 'What happened.' }),
        eventType: stringEnum(['information', 'success', 'failure'], { description: 'How to take it.' }),
        timestamp: DateTime({ description: 'When.' }),
        eventData: optional(Dictionary(Type.String(), { description: 'Details; never a number, code or password.' })),
      }),
      { description: 'In the order of their happening.' },
    ),
  },
  { description: 'What happened in the session.' },
);

export const SessionResource = Type.Object({
  ...state,
  url: optional(Type.String({ description: 'Where to send the user, or the source of the frame, until it ends.' })),
  securityReference: optional(Type.String({ description: 'Headless: what both sides show.' })),
  headless: optional(
    Type.Object(
      {
        autoStartToken: optional(Type.String({ description: "Opens the eID's app on the same device." })),
        qrData: optional(
          Type.String({ description: 'Content of a QR code, valid for a second; absent once the app has begun.' }),
        ),
      },
      { description: 'Headless: what the caller hands to the user. Fresh with every reading.' },
    ),
  ),
  identity: optional(Identity),
  environment: optional(
    Type.Object(
      {
        userAgent: optional(Type.String({ description: 'The browser.' })),
        ipAddress: optional(Type.String({ description: 'The address of the user.' })),
      },
      { description: 'The user, as the page saw them.' },
    ),
  ),
  ...settings,
  ...moreSettings,
  resources: optional(Type.Array(Resource, { description: 'What registers say of the person.' })),
  auditTrail: AuditTrail,
});
export type SessionResource = Static<typeof SessionResource>;

export const SessionListItem = Type.Object({ ...state, ...settings });

export const SessionPath = Type.Object({ id: Guid({ description: 'The session.' }) });

export const LanguageItem = Type.Object({
  id: stringEnum(LANGUAGES, { description: 'Code.' }),
  name: Type.String({ description: 'Its name in itself.' }),
});

export const ProviderItem = Type.Object({
  type: Provider('The eID.'),
  name: Type.String({ description: 'Its name.' }),
  description: optional(Type.String({ description: 'What it is.' })),
  logoUrl: Type.String({ description: 'Logo for light backgrounds.' }),
  logoUrlNegative: Type.String({ description: 'Logo for dark backgrounds.' }),
  logoWidth: Type.String({ description: 'Width of the logo in pixels.' }),
});

export const ProviderQuery = Type.Object({
  language: optional(
    stringEnum([...LANGUAGES, 'none'], {
      description: 'Language of names and descriptions; none: names in the language of the eID, no descriptions.',
    }),
  ),
});

export const OUTCOMES = [
  'success',
  'blocked',
  'revoked',
  'unknown',
  'expired',
  'timeout',
  'down',
  'error',
  'cancel',
] as const;
export type SimulatedOutcome = (typeof OUTCOMES)[number];

export const SimulateRequest = Type.Object({
  provider: optional(Provider('The eID; the only or first one that the session allows when left out.')),
  person: optional(
    Text({
      minLength: 1,
      maxLength: 20,
      description: 'National number of the person; the first test person when left out.',
    }),
  ),
  outcome: optional(stringEnum(OUTCOMES, { description: 'How it ends.', default: 'success' })),
});
export type SimulateRequest = Static<typeof SimulateRequest>;
