import Type, { type Static } from 'typebox';
import { Base64, DateTime, Dictionary, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';

export const DOCUMENT_STATUSES = [
  'waiting_for_attachments',
  'unsigned',
  'partialsigned',
  'signed',
  'canceled',
  'expired',
] as const;
export type DocumentStatus = (typeof DOCUMENT_STATUSES)[number];

/** Every method name of the wire; which of them an instance offers is decided by its eID providers. */
export const SIGNATURE_METHODS = [
  'no_bankid',
  'no_bankid_mobile',
  'no_bankid_netcentric',
  'no_bankid_csc',
  'no_buypass',
  'no_commfides',
  'se_bankid',
  'dk_nemid',
  'mitid',
  'fi_tupas',
  'fi_eid',
  'fi_mobiilivarmenne',
  'sms_otp',
  'itsme',
  'idin',
  'digid',
  'nl_digid',
  'eherkenning',
  'freja',
  'es_dni',
  'ee_esteid',
  'mobile_connect',
  'identification_papers',
  'social',
  'unknown',
] as const;
export type SignatureMethod = (typeof SIGNATURE_METHODS)[number];

export const MECHANISMS = [
  'pkisignature',
  'identification',
  'handwritten',
  'handwritten_with_identification',
  'eaccept',
] as const;
export type Mechanism = (typeof MECHANISMS)[number];

export const PACKAGE_FORMATS = [
  'unsigned',
  'native',
  'standard_packaging',
  'pades',
  'xades',
  'no_bankid_pades',
  'asice',
] as const;
export type PackageFormat = (typeof PACKAGE_FORMATS)[number];

export const LANGUAGES = ['EN', 'NO', 'DA', 'SV', 'FI', 'NL', 'DE'] as const;
export const REDIRECT_MODES = [
  'donot_redirect',
  'redirect',
  'iframe_with_webmessaging',
  'iframe_with_redirect',
  'iframe_with_redirect_and_webmessaging',
] as const;
export const COLOR_THEMES = [
  'Default',
  'Black',
  'Blue',
  'Cyan',
  'Dark',
  'Lime',
  'Neutral',
  'Pink',
  'Purple',
  'Red',
  'Teal',
  'Indigo',
  'LightBlue',
  'DeepPurple',
  'Green',
  'LightGreen',
  'Yellow',
  'Amber',
  'Orange',
  'DeepOrange',
  'Brown',
  'Gray',
  'BlueGray',
  'OceanGreen',
  'GreenOcean',
] as const;

const optional = Type.Optional;

export const RedirectSettings = Type.Object({
  redirectMode: stringEnum(REDIRECT_MODES),
  domain: optional(Text({ maxLength: 1000 })),
  error: optional(Text({ maxLength: 2000 })),
  cancel: optional(Text({ maxLength: 2000 })),
  success: optional(Text({ maxLength: 2000 })),
});

export const SignatureType = Type.Object({
  signatureMethods: optional(Type.Array(stringEnum(SIGNATURE_METHODS))),
  mechanism: stringEnum(MECHANISMS),
  onEacceptUseHandWrittenSignature: optional(Type.Boolean({ default: false })),
});

const Mobile = Type.Object({
  countryCode: optional(Text({ maxLength: 8 })),
  number: optional(Text({ maxLength: 30 })),
});

const OrganizationInfo = Type.Object({
  orgNo: optional(Text({ maxLength: 30 })),
  companyName: optional(Text({ maxLength: 200 })),
  countryCode: optional(Text({ maxLength: 3 })),
});

export const SignerInfo = Type.Object({
  firstName: optional(Text({ maxLength: 100 })),
  lastName: optional(Text({ maxLength: 100 })),
  email: optional(Text({ maxLength: 254, format: 'email' })),
  socialSecurityNumber: optional(Text({ maxLength: 30, description: 'Write-only: handed to the eID as a prefill.' })),
  mobile: optional(Mobile),
  organizationInfo: optional(OrganizationInfo),
  title: optional(Text({ maxLength: 100 })),
});

export const Authentication = Type.Object({
  mechanism: optional(stringEnum(['off', 'eid', 'smsOtp', 'eidAndSmsOtp'])),
  authBeforeSign: optional(Type.Boolean({ description: 'Older spelling: true = eid, false = off.' })),
  socialSecurityNumber: optional(Text({ maxLength: 30, description: 'Write-only.' })),
  signatureMethodUniqueId: optional(Text({ maxLength: 200 })),
});

const SIGNER_EXTRA_INFO = [
  'personalInfo',
  'companyInfo',
  'companyInfoAutoComplete',
  'personalCreditCheck',
  'businessCreditCheck',
  'officialPersonalInfo',
  'bankIDApisAmlPersonSanctionPep',
  'bankIDApisAmlPersonSanctionPepReport',
  'bankIDApisAmlCurrentAddress',
  'vippsAmlPerson',
] as const;

const SignerExtraInfo = Type.Object({
  types: optional(Type.Array(stringEnum(SIGNER_EXTRA_INFO))),
  specialProperties: optional(Dictionary(Type.String())),
});

const DocumentExtraInfo = Type.Object({
  types: optional(Type.Array(stringEnum(['rightsAndProkura', ...SIGNER_EXTRA_INFO]))),
  specialProperties: optional(Dictionary(Type.String())),
});

const FormField = Type.Object({
  key: Text({ minLength: 1, maxLength: 100 }),
  description: optional(Text({ maxLength: 1000 })),
  type: optional(stringEnum(['Text', 'Checkbox'])),
  regex: optional(Text({ maxLength: 500 })),
  required: optional(Type.Boolean()),
});

const Dialogs = Type.Object({
  before: optional(
    Type.Object({
      useCheckBox: optional(Type.Boolean()),
      title: optional(Text({ maxLength: 300 })),
      message: optional(Text({ maxLength: 5000 })),
      formFields: optional(Type.Array(FormField, { maxItems: 50 })),
    }),
  ),
  after: optional(
    Type.Object({ title: optional(Text({ maxLength: 300 })), message: optional(Text({ maxLength: 5000 })) }),
  ),
});

const Styling = Type.Object({
  colorTheme: optional(stringEnum(COLOR_THEMES, { aliases: { Grey: 'Gray', BlueGrey: 'BlueGray' } })),
  themeMode: optional(stringEnum(['Default', 'Light', 'Dark'])),
  spinner: optional(stringEnum(['Document', 'Classic', 'Cubes', 'Bounce'])),
  hideTopBar: optional(Type.Boolean()),
  backgroundColor: optional(Type.String({ pattern: '^#([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$' })),
});

const Ui = Type.Object({
  language: optional(stringEnum(LANGUAGES)),
  dialogs: optional(Dialogs),
  styling: optional(Styling),
});

const CHANNEL = stringEnum(['off', 'sendSms', 'sendEmail', 'sendBoth']);
const NotificationSetup = Type.Object({
  request: optional(CHANNEL),
  reminder: optional(CHANNEL),
  signatureReceipt: optional(CHANNEL),
  finalReceipt: optional(CHANNEL),
  canceled: optional(CHANNEL),
  expired: optional(CHANNEL),
});

const SignerNotifications = Type.Object({
  setup: optional(NotificationSetup),
  mergeFields: optional(Dictionary(Type.String())),
});

const EmailText = Type.Object({
  language: stringEnum(LANGUAGES),
  subject: optional(Text({ maxLength: 300 })),
  text: optional(Text({ maxLength: 20_000 })),
  senderName: optional(Text({ maxLength: 100 })),
});
const SmsText = Type.Object({
  language: stringEnum(LANGUAGES),
  text: optional(Text({ maxLength: 1000 })),
  sender: optional(Text({ maxLength: 16 })),
});
const receiptTexts = { email: optional(Type.Array(EmailText)), sms: optional(Type.Array(SmsText)) };

export const Notification = Type.Object({
  signRequest: optional(Type.Object({ includeOriginalFile: optional(Type.Boolean()), ...receiptTexts })),
  reminder: optional(
    Type.Object({
      chronSchedule: Text({ maxLength: 200 }),
      maxReminders: optional(Type.Integer({ minimum: 1, maximum: 100 })),
      firstReminderAfter: optional(Type.Integer({ minimum: 0 })),
      ...receiptTexts,
    }),
  ),
  signatureReceipt: optional(Type.Object(receiptTexts)),
  finalReceipt: optional(Type.Object({ includeSignedFile: optional(Type.Boolean()), ...receiptTexts })),
  canceledReceipt: optional(Type.Object(receiptTexts)),
  expiredReceipt: optional(Type.Object(receiptTexts)),
});

const signerMembers = {
  externalSignerId: Text({ minLength: 4, maxLength: 255 }),
  redirectSettings: RedirectSettings,
  signatureType: SignatureType,
  signerInfo: optional(SignerInfo),
  authentication: optional(Authentication),
  extraInfo: optional(SignerExtraInfo),
  addons: optional(Type.Object({ types: optional(Type.Array(stringEnum(['secureShare']))) })),
  ui: optional(Ui),
  notifications: optional(SignerNotifications),
  tags: optional(Type.Array(Type.String({ minLength: 1, maxLength: 128, pattern: '^[^,]*$' }), { maxItems: 50 })),
  order: optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  required: optional(Type.Boolean()),
  signUrlExpires: optional(DateTime()),
  getSocialSecurityNumber: optional(Type.Boolean()),
};

export const SignerWrapper = Type.Object(signerMembers);
export type SignerWrapper = Static<typeof SignerWrapper>;

const LANGUAGE = stringEnum(LANGUAGES);
export const DataToSign = Type.Object({
  base64Content: Base64({ description: 'The document. Always empty in answers: content is handed out as a file.' }),
  base64ContentStyleSheet: optional(Base64()),
  fileName: Text({ minLength: 3, maxLength: 100 }),
  convertToPDF: optional(Type.Boolean()),
  title: optional(Text({ maxLength: 300 })),
  description: optional(Text({ maxLength: 5000 })),
  packaging: optional(
    Type.Object({
      signaturePackageFormats: optional(Type.Array(stringEnum(['xades', 'pades', 'no_bankid_pades', 'asice']))),
      padesSettings: optional(
        Type.Object({
          primaryLanguage: optional(LANGUAGE),
          secondaryLanguage: optional(LANGUAGE),
          padesTemplateId: optional(Text({ maxLength: 100 })),
          includeSsnInPades: optional(Type.Boolean()),
        }),
      ),
    }),
  ),
});

export const ContactDetails = Type.Object({
  name: optional(Text({ maxLength: 200 })),
  phone: optional(Text({ maxLength: 50 })),
  email: Text({ maxLength: 254, format: 'email' }),
  url: optional(Text({ maxLength: 2000, format: 'http-url' })),
});

export const Advanced = Type.Object({
  tags: optional(Type.Array(Type.String({ minLength: 1, maxLength: 128, pattern: '^[^,]*$' }), { maxItems: 50 })),
  attachments: optional(Type.Integer({ minimum: 0, maximum: 20 })),
  requiredSignatures: optional(Type.Integer({ minimum: 0 })),
  createdByApplication: optional(Text({ maxLength: 100 })),
  getSocialSecurityNumber: optional(Type.Boolean()),
  extraInfo: optional(DocumentExtraInfo),
  security: optional(
    Type.Object({
      oneTimeUse: optional(Type.Boolean()),
      ipWhiteList: optional(Type.Array(Type.String({ maxLength: 50 }), { maxItems: 50 })),
    }),
  ),
  timeToLive: optional(
    Type.Object({
      deadline: optional(DateTime()),
      deleteAfterHours: optional(Type.Integer({ minimum: 1, maximum: 744 })),
    }),
  ),
  departmentId: optional(Text({ maxLength: 100 })),
});

export const CreateDocumentRequestWrapper = Type.Object({
  title: Text({ minLength: 0, maxLength: 300 }),
  description: optional(Text({ maxLength: 5000 })),
  externalId: Text({ minLength: 4, maxLength: 255 }),
  signers: Type.Array(SignerWrapper, { minItems: 1, maxItems: 20 }),
  dataToSign: DataToSign,
  contactDetails: ContactDetails,
  notification: optional(Notification),
  advanced: optional(Advanced),
});
export type CreateDocumentRequestWrapper = Static<typeof CreateDocumentRequestWrapper>;

export const Link = Type.Object({
  href: optional(Type.String()),
  rel: optional(Type.String()),
  contentType: optional(Type.String()),
  error: optional(Type.String()),
  errorMessage: optional(Type.String()),
  resourceStatus: optional(
    stringEnum([
      'Unknown',
      'NotReady',
      'Success',
      'Error',
      'signatureError',
      'NotFound',
      'BadInput',
      'ServiceUnavailable',
      'Unauthorized',
      'TimeOut',
    ]),
  ),
});

export const DocumentSignature = Type.Object({
  signatureMethod: stringEnum(SIGNATURE_METHODS),
  mechanism: stringEnum(MECHANISMS),
  fullName: Type.String(),
  firstName: optional(Type.String()),
  middleName: optional(Type.String()),
  lastName: optional(Type.String()),
  signedTime: DateTime(),
  dateOfBirth: optional(Type.String({ description: 'ddMMyy' })),
  signatureMethodUniqueId: optional(Type.String()),
  socialSecurityNumber: optional(Type.Object({ value: Type.String(), countryCode: Type.String() })),
  clientIp: optional(Type.String()),
});
export type DocumentSignature = Static<typeof DocumentSignature>;

const PACKAGES = Type.Array(stringEnum(PACKAGE_FORMATS));
export const Status = Type.Object({
  documentStatus: stringEnum(DOCUMENT_STATUSES),
  completedPackages: PACKAGES,
  attachmentPackages: Dictionary(PACKAGES),
});

export const SignerResponse = Type.Object({
  id: Guid(),
  url: Type.String(),
  links: Type.Array(Link),
  documentSignature: optional(DocumentSignature),
  ...signerMembers,
});

export const CreateDocumentResponse = Type.Object({
  documentId: Guid(),
  signers: Type.Array(SignerResponse),
  status: Status,
  links: Type.Array(Link),
  title: Type.String(),
  description: optional(Type.String()),
  externalId: Type.String(),
  dataToSign: DataToSign,
  contactDetails: ContactDetails,
  notification: optional(Notification),
  advanced: Advanced,
});
export type CreateDocumentResponse = Static<typeof CreateDocumentResponse>;

export const ExtendedDocumentSignature = Type.Object({
  signerId: Guid(),
  externalSignerId: Type.String(),
  ...DocumentSignature.properties,
});

export const DocumentSummary = Type.Object({
  documentId: Guid(),
  accountId: Guid(),
  title: Type.String(),
  description: optional(Type.String()),
  externalId: Type.String(),
  created: DateTime(),
  lastUpdated: DateTime(),
  deadline: DateTime(),
  signedDate: optional(DateTime()),
  status: Status,
  requiredSignatures: Type.Integer(),
  currentSignatures: Type.Integer(),
  tags: Type.Array(Type.String()),
  attachments: Type.Array(Guid()),
  signers: Type.Array(Guid()),
  documentSignatures: Type.Array(ExtendedDocumentSignature),
});
export type DocumentSummary = Static<typeof DocumentSummary>;

export const DocumentPath = Type.Object({ documentId: Guid() });
export const FileQuery = Type.Object({
  fileFormat: stringEnum(PACKAGE_FORMATS, {
    aliases: { standard_packing: 'standard_packaging' },
    otherNames: ['fileType'],
  }),
});
