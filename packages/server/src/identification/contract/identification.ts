import Type, { type Static } from 'typebox';
import { DateTime, Dictionary, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { OlderProvider, OlderProviderInput } from './providers.ts';

const optional = Type.Optional;

export const OLDER_STATUSES = [
  'UNKNOWN',
  'SUCCESS',
  'ERROR',
  'USERABORTED',
  'INVALIDATED',
  'TIMEOUT',
  'CREATED',
  'USERINITIATED',
] as const;
export type OlderStatus = (typeof OLDER_STATUSES)[number];

export const OLDER_LANGUAGES = ['NO', 'EN', 'SV', 'DA', 'FI'] as const;

const returnUrl = (when: string) =>
  Text({
    minLength: 1,
    maxLength: 2000,
    format: 'http-url',
    description: `Where the user goes ${when}. [0] stands for the error code, [1] for the RequestId, [2] for the ExternalReference.`,
  });

const ReturnUrls = Type.Object(
  {
    Error: returnUrl('after a failure'),
    Abort: returnUrl('after giving up'),
    Success: returnUrl('after the identification'),
  },
  { description: 'Where the user goes at the end.' },
);

const iFrameSettings = Type.Object(
  {
    Domain: Text({
      minLength: 1,
      maxLength: 1000,
      description: 'Hosts or origins of the pages around the frame, separated by blanks; the last one gets messages.',
    }),
    WebMessaging: optional(
      Type.Boolean({ description: 'Tell the page around the frame by messages instead of moving it.', default: false }),
    ),
    Height: optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'Height of the frame in pixels.' })),
  },
  { 'x-camel-name': 'iframe', description: 'When the page is shown in a frame.' },
);

/** Typed as text: only its first-party names are known here. */
const Addonservices = Dictionary(Type.String({ maxLength: 1000 }), {
  description: 'Names of information sources; what they say is in MetaData under the same names.',
});

const ExternalReference = Text({
  maxLength: 255,
  description: 'Your reference: on the invoice, in the log, and as [2] in the return URLs.',
});

export const CreateIdentificationRequest = Type.Object({
  IdentityProvider: optional(OlderProviderInput('The eID; when left out, the user chooses.')),
  ReturnUrls,
  iFrame: optional(iFrameSettings),
  Language: optional(
    stringEnum(OLDER_LANGUAGES, { description: 'Language of the page; that of the browser when left out.' }),
  ),
  GetSocialSecurityNumber: optional(
    Type.Unsafe<boolean>({
      type: 'boolean',
      description: 'Fetch the national identity number, if the subscription allows it.',
      default: false,
      'x-other-names': ['GetSocialSecurtyNumber'],
    }),
  ),
  PreFilledSocialSecurityNumber: optional(
    Text({ maxLength: 20, description: 'Fills the first field; the user may change it.' }),
  ),
  PageTitle: optional(Text({ maxLength: 100, description: 'Title of the page, outside of frames.' })),
  ExternalReference: optional(ExternalReference),
  Addonservices: optional(Addonservices),
});
export type CreateIdentificationRequest = Static<typeof CreateIdentificationRequest>;

export const CreateIdentificationResponse = Type.Object({
  Url: Type.String({ description: 'Where to send the user, or the source of the frame.' }),
  RequestId: Type.String({ description: 'With which the result is fetched.' }),
});

export const CreateBankIDMobileRequest = Type.Object({
  MobileNumber: Text({
    minLength: 1,
    maxLength: 20,
    description: 'Norwegian mobile number: 8 digits, with or without +47.',
  }),
  DateOfBirth: Text({ minLength: 1, maxLength: 6, description: 'Date of birth as ddMMyy.' }),
  GetSocialSecurityNumber: optional(
    Type.Boolean({ description: 'Fetch the national identity number.', default: false }),
  ),
  ExternalReference: optional(ExternalReference),
  Addonservices: optional(Addonservices),
});
export type CreateBankIDMobileRequest = Static<typeof CreateBankIDMobileRequest>;

const ErrorDetails = Type.Object(
  {
    NativeErrorCode: optional(Type.String({ description: 'The code of the eID itself.' })),
    ErrorCode: optional(Type.String({ description: 'What went wrong.' })),
    ErrorMessage: optional(Type.String({ description: 'The same in words.' })),
  },
  { description: 'Why it failed; null unless it did.' },
);

export const CreateBankIDMobileResponse = Type.Object({
  RequestId: optional(Type.String({ description: 'With which the result is fetched.' })),
  MerchantRef: optional(Type.String({ description: 'Words that the phone shows too.' })),
  OK: Type.Boolean({ description: 'Whether it was started.' }),
  InvalidMobileNumberOrDateOfBirth: Type.Boolean({ description: 'There is no such BankID on mobile.' }),
  Error: optional(ErrorDetails),
});

export const ResultQuery = Type.Object({
  requestId: Text({ minLength: 1, maxLength: 100, description: 'The session.' }),
  metaData: optional(Type.Boolean({ description: 'Answer MetaData too.' })),
});
export type ResultQuery = Static<typeof ResultQuery>;

export const StatusQuery = Type.Object({
  requestId: Text({ minLength: 1, maxLength: 100, description: 'The session.' }),
});

export const IdentificationResponse = Type.Object({
  Name: optional(Type.String({ description: 'The name as the eID writes it.' })),
  FirstName: optional(Type.String({ description: 'First name, if the eID tells names apart.' })),
  MiddleName: optional(Type.String({ description: 'Middle names.' })),
  LastName: optional(Type.String({ description: 'Last name.' })),
  DateOfBirth: optional(Type.String({ description: 'Date of birth as ddMMyy.' })),
  Status: stringEnum(OLDER_STATUSES, { description: 'Only SUCCESS proves anything.' }),
  SocialSecurityNumber: optional(Type.String({ description: 'If it was asked for and is allowed.' })),
  IdentityProviderUniqueId: optional(Type.String({ description: 'Stable id of the person at the eID.' })),
  IdentityProvider: OlderProvider('The eID that was used.'),
  Error: optional(ErrorDetails),
  EnvironmentInfo: optional(
    Type.Object(
      {
        UserAgent: optional(Type.String({ description: 'The browser.' })),
        IPAddress: optional(Type.String({ description: 'The address of the user.' })),
      },
      { description: 'The user, as the page saw them.' },
    ),
  ),
  MetaData: optional(Dictionary(Type.String(), { description: 'More about the person, from eID and add-ons.' })),
  RequestId: Type.String({ description: 'The session.' }),
});

export const IdentificationCompleteResponse = Type.Object({
  Done: Type.Boolean({ description: 'Whether the session has ended, however.' }),
});

/** The id may be in the body or in the query, so the body alone does not require it. */
export const InvalidateIdentificationRequest = Type.Object({
  RequestId: optional(Text({ minLength: 1, maxLength: 100, description: 'The session.' })),
});
export const InvalidateQuery = Type.Object({
  requestId: optional(Text({ minLength: 1, maxLength: 100, description: 'The session, instead of in the body.' })),
});

export const LogItemPath = Type.Object({
  requestId: Text({ minLength: 1, maxLength: 100, description: 'The session.' }),
});
const accountId = optional(Guid({ description: 'One of the accounts that a dealer manages.' }));
export const LogItemQuery = Type.Object({ accountId });

export const IdentificationLogItem = Type.Object({
  Id: Type.String({ description: 'The RequestId.' }),
  Name: optional(Type.String({ description: 'Who it was, after a success.' })),
  Status: stringEnum(OLDER_STATUSES, { description: 'How it stands.' }),
  ClientIp: optional(Type.String({ description: 'The address of the user.' })),
  UserAgent: optional(Type.String({ description: 'The browser.' })),
  IdentityProviderType: optional(Type.String({ description: 'The eID.' })),
  Language: optional(Type.String({ description: 'The language of the page.' })),
  Externalid: optional(Type.String({ description: 'Your reference.' })),
  Errorcode: optional(Type.String({ description: 'What went wrong.' })),
  Timestamp: DateTime({ description: 'When it was created.' }),
  iFrame: Type.Boolean({ description: 'Whether it was made for a frame.', 'x-camel-name': 'iframe' }),
  SocialSecurityNumber: Type.Boolean({ description: 'Whether a national identity number was delivered.' }),
  AccountId: Guid({ description: 'The account.' }),
});

export const LogPath = Type.Object({
  year: Type.Integer({ minimum: 1900, maximum: 9999, description: 'Year of the creation, in UTC.' }),
});
export const LOG_FILTERS = {
  month: optional(Type.Integer({ minimum: 1, maximum: 12, description: 'Month, in UTC.' })),
  day: optional(Type.Integer({ minimum: 1, maximum: 31, description: 'Day, in UTC; needs the month.' })),
  status: optional(stringEnum(OLDER_STATUSES, { description: 'How they stand.' })),
  identityProviderType: optional(OlderProviderInput('The eID that was used.')),
  externalId: optional(Text({ maxLength: 255, description: 'Exactly this reference.' })),
  name: optional(Text({ maxLength: 200, description: 'Part of the name, in any case.' })),
  accountId,
};
export const MAX_LOG_PAGE = 1000;
