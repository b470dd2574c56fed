import Type, { type Static } from 'typebox';
import { Base64, DateTime, Dictionary, Guid, stringEnum, Text } from '../../kernel/contract/primitives.ts';
import { Notification, SignerNotifications } from './notification-settings.ts';
import { LANGUAGES, Ui } from './signing-page.ts';

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

export const REDIRECT_MODES = [
  'donot_redirect',
  'redirect',
  'iframe_with_webmessaging',
  'iframe_with_redirect',
  'iframe_with_redirect_and_webmessaging',
] as const;

const optional = Type.Optional;

export const RedirectSettings = Type.Object(
  {
    redirectMode: stringEnum(REDIRECT_MODES, {
      description: 'What the signing page does when it is done: stay, redirect, or tell the page around it.',
    }),
    domain: optional(
      Text({
        maxLength: 1000,
        description:
          'Hosts of the pages around the signing page, outermost first, separated by blanks; the last one receives the messages. Needed for the iframe modes.',
      }),
    ),
    error: optional(Text({ maxLength: 2000, description: 'Address after a failure.' })),
    cancel: optional(Text({ maxLength: 2000, description: 'Address after the signer turned away.' })),
    success: optional(Text({ maxLength: 2000, description: 'Address after signing.' })),
  },
  { description: 'Where the signer goes afterwards.' },
);
export type RedirectSettings = Static<typeof RedirectSettings>;

export const SignatureType = Type.Object(
  {
    signatureMethods: optional(
      Type.Array(stringEnum(SIGNATURE_METHODS), {
        description: 'eIDs that the signer may choose from; absent: all that the account has.',
      }),
    ),
    mechanism: stringEnum(MECHANISMS, {
      description: 'How the signature comes about: the eID itself signs, or it proves who accepts.',
    }),
    onEacceptUseHandWrittenSignature: optional(
      Type.Boolean({ default: false, description: 'Whether the signer also draws a signature.' }),
    ),
  },
  { description: 'How the signer signs.' },
);
export type SignatureType = Static<typeof SignatureType>;

export const Mobile = Type.Object(
  {
    countryCode: optional(Text({ maxLength: 8, description: 'Calling code such as +47.' })),
    number: optional(Text({ maxLength: 30, description: 'National number, digits.' })),
  },
  { description: 'Mobile phone, for SMS.' },
);

const OrganizationInfo = Type.Object(
  {
    orgNo: optional(Text({ maxLength: 30, description: 'Number in the register of organisations.' })),
    companyName: optional(Text({ maxLength: 200, description: 'Name of the organisation.' })),
    countryCode: optional(Text({ maxLength: 3, description: 'ISO 3166 code of the country.' })),
  },
  { description: 'Organisation that the signer acts for.' },
);

export const SignerInfo = Type.Object(
  {
    firstName: optional(Text({ maxLength: 100, description: 'First name.' })),
    lastName: optional(Text({ maxLength: 100, description: 'Last name.' })),
    email: optional(Text({ maxLength: 254, format: 'email', description: 'E-mail address.' })),
    socialSecurityNumber: optional(Text({ maxLength: 30, description: 'Write-only: handed to the eID as a prefill.' })),
    mobile: optional(Mobile),
    organizationInfo: optional(OrganizationInfo),
    title: optional(Text({ maxLength: 100, description: 'Title or role, as shown.' })),
  },
  { description: 'Who the signer is, as far as the sender knows.' },
);

export const Authentication = Type.Object(
  {
    mechanism: optional(stringEnum(['off', 'eid', 'smsOtp', 'eidAndSmsOtp'], { description: 'What is asked for.' })),
    authBeforeSign: optional(Type.Boolean({ description: 'Older spelling: true = eid, false = off.' })),
    socialSecurityNumber: optional(Text({ maxLength: 30, description: 'Write-only.' })),
    signatureMethodUniqueId: optional(Text({ maxLength: 200, description: 'Id of the person at the eID.' })),
  },
  { description: 'Proof of identity before the document is shown.' },
);

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

const SignerExtraInfo = Type.Object(
  {
    types: optional(Type.Array(stringEnum(SIGNER_EXTRA_INFO), { description: 'Which ones.' })),
    specialProperties: optional(Dictionary(Type.String(), { description: 'Further parameters of a register.' })),
  },
  { description: 'Register data to collect about the signer.' },
);

const DocumentExtraInfo = Type.Object(
  {
    types: optional(Type.Array(stringEnum(['rightsAndProkura', ...SIGNER_EXTRA_INFO]), { description: 'Which ones.' })),
    specialProperties: optional(Dictionary(Type.String(), { description: 'Further parameters of a register.' })),
  },
  { description: 'Register data to collect about the document.' },
);

const signerMembers = {
  externalSignerId: Text({
    minLength: 4,
    maxLength: 255,
    description: 'The caller’s own id of the signer, unique in the document.',
  }),
  redirectSettings: RedirectSettings,
  signatureType: SignatureType,
  signerInfo: optional(SignerInfo),
  authentication: optional(Authentication),
  extraInfo: optional(SignerExtraInfo),
  addons: optional(
    Type.Object(
      { types: optional(Type.Array(stringEnum(['secureShare']), { description: 'Which ones.' })) },
      { description: 'Further services for this signer.' },
    ),
  ),
  ui: optional(Ui),
  notifications: optional(SignerNotifications),
  tags: optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 128, pattern: '^[^,]*$' }), {
      maxItems: 50,
      description: 'Tags, for filters and webhooks.',
    }),
  ),
  order: optional(
    Type.Integer({
      minimum: 0,
      maximum: 1000,
      description: 'Signers with a lower number sign first; equal numbers in any order.',
    }),
  ),
  required: optional(Type.Boolean({ description: 'Whether the document cannot be completed without this signer.' })),
  signUrlExpires: optional(DateTime({ description: 'Until when the sign URL works; at most the deadline.' })),
  getSocialSecurityNumber: optional(
    Type.Boolean({ description: 'Whether to keep the national number that the eID tells.' }),
  ),
};

export const SignerWrapper = Type.Object(signerMembers);
export type SignerWrapper = Static<typeof SignerWrapper>;

export const DataToSign = Type.Object(
  {
    base64Content: Base64({ description: 'The document. Always empty in answers: content is handed out as a file.' }),
    base64ContentStyleSheet: optional(
      Base64({
        description: 'XSLT 1.0 that shows an XML document to the signer, of 1 MiB at most; signed together with it.',
      }),
    ),
    fileName: Text({
      minLength: 3,
      maxLength: 100,
      description: 'Name with extension, which says the format: .pdf, .txt, .xml, .html, .htm.',
    }),
    convertToPDF: optional(
      Type.Boolean({
        description: 'Converts .doc, .docx, .odt, .ott, .rtf and .txt to PDF, which is what is signed then.',
      }),
    ),
    title: optional(Text({ maxLength: 300, description: 'Title, as signers see it.' })),
    description: optional(Text({ maxLength: 5000, description: 'Text, as signers see it.' })),
    packaging: optional(
      Type.Object(
        {
          signaturePackageFormats: optional(
            Type.Array(stringEnum(['xades', 'pades', 'no_bankid_pades', 'asice']), {
              description: 'Signed files to make, beside the standard package; absent: pades for a PDF.',
            }),
          ),
          padesSettings: optional(
            Type.Object(
              {
                primaryLanguage: optional(stringEnum(LANGUAGES, { description: 'Language of the evidence page.' })),
                secondaryLanguage: optional(stringEnum(LANGUAGES, { description: 'Second language of it.' })),
                padesTemplateId: optional(Text({ maxLength: 100, description: 'Template of the evidence page.' })),
                includeSsnInPades: optional(
                  Type.Boolean({ description: 'Shows national numbers in the signed file.' }),
                ),
              },
              { description: 'Look of the signed PDF.' },
            ),
          ),
        },
        { description: 'How the signed files are made.' },
      ),
    ),
  },
  { description: 'The document that is signed.' },
);

export const ContactDetails = Type.Object(
  {
    name: optional(Text({ maxLength: 200, description: 'Name of the sender.' })),
    phone: optional(Text({ maxLength: 50, description: 'Phone number.' })),
    email: Text({ maxLength: 254, format: 'email', description: 'E-mail address.' }),
    url: optional(Text({ maxLength: 2000, format: 'http-url', description: 'Web address.' })),
  },
  { description: 'Whom signers can ask.' },
);
export type ContactDetails = Static<typeof ContactDetails>;

export const Advanced = Type.Object(
  {
    tags: optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 128, pattern: '^[^,]*$' }), {
        maxItems: 50,
        description: 'Tags, for filters and webhooks.',
      }),
    ),
    attachments: optional(
      Type.Integer({
        minimum: 0,
        maximum: 20,
        description: 'How many attachments will be added before signing can start.',
      }),
    ),
    requiredSignatures: optional(
      Type.Integer({ minimum: 0, description: 'How many signatures complete the document; absent: all signers.' }),
    ),
    createdByApplication: optional(Text({ maxLength: 100, description: 'Program that made the request.' })),
    getSocialSecurityNumber: optional(
      Type.Boolean({ description: 'Whether to keep the national number that the eID tells.' }),
    ),
    extraInfo: optional(DocumentExtraInfo),
    security: optional(
      Type.Object(
        {
          oneTimeUse: optional(Type.Boolean({ description: 'A sign URL works once.' })),
          ipWhiteList: optional(
            Type.Array(Type.String({ maxLength: 50 }), {
              maxItems: 50,
              description: 'Addresses from which signers may come, as IP or CIDR.',
            }),
          ),
        },
        { description: 'Limits on who may sign.' },
      ),
    ),
    timeToLive: optional(
      Type.Object(
        {
          deadline: optional(DateTime({ description: 'When signing ends.' })),
          deleteAfterHours: optional(
            Type.Integer({
              minimum: 1,
              maximum: 744,
              description: 'Hours after the end until the content is deleted.',
            }),
          ),
        },
        { description: 'When signing ends and when content is deleted.' },
      ),
    ),
    departmentId: optional(
      Text({ maxLength: 100, description: 'Part of the organisation, for invoices and filters.' }),
    ),
  },
  { description: 'Rules of the whole document.' },
);

export const CreateDocumentRequestWrapper = Type.Object({
  title: Text({ minLength: 0, maxLength: 300, description: 'Title, as signers see it.' }),
  description: optional(Text({ maxLength: 5000, description: 'Text, as signers see it.' })),
  externalId: Text({
    minLength: 4,
    maxLength: 255,
    description: 'The caller’s own id, unique in account and environment: the idempotency key of creation.',
  }),
  signers: Type.Array(SignerWrapper, { minItems: 1, maxItems: 20, description: 'Who is to sign.' }),
  dataToSign: DataToSign,
  contactDetails: ContactDetails,
  notification: optional(Notification),
  advanced: optional(Advanced),
});
export type CreateDocumentRequestWrapper = Static<typeof CreateDocumentRequestWrapper>;

export const Link = Type.Object(
  {
    href: optional(Type.String({ description: 'Absolute URL.' })),
    rel: optional(Type.String({ description: 'What it is.' })),
    contentType: optional(Type.String({ description: 'Media type.' })),
    error: optional(Type.String({ description: 'Code of what went wrong.' })),
    errorMessage: optional(Type.String({ description: 'What went wrong.' })),
    resourceStatus: optional(
      stringEnum(
        [
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
        ],
        { description: 'Whether it can be fetched.' },
      ),
    ),
  },
  { description: 'A resource that belongs to this one.' },
);

export const DocumentSignature = Type.Object(
  {
    signatureMethod: stringEnum(SIGNATURE_METHODS, { description: 'The eID that was used.' }),
    mechanism: stringEnum(MECHANISMS, {
      description: 'How the signature comes about: the eID itself signs, or it proves who accepts.',
    }),
    fullName: Type.String({ description: 'Name as the eID has it.' }),
    firstName: optional(Type.String({ description: 'First name.' })),
    middleName: optional(Type.String({ description: 'Middle name.' })),
    lastName: optional(Type.String({ description: 'Last name.' })),
    signedTime: DateTime({ description: 'When.' }),
    dateOfBirth: optional(Type.String({ description: 'ddMMyy' })),
    signatureMethodUniqueId: optional(Type.String({ description: 'Id of the person at the eID.' })),
    socialSecurityNumber: optional(
      Type.Object(
        {
          value: Type.String({ description: 'The number.' }),
          countryCode: Type.String({ description: 'ISO 3166 code of the country that gave it.' }),
        },
        { description: 'National number, where the sender asked for it and may have it.' },
      ),
    ),
    clientIp: optional(Type.String({ description: 'IP address of the signer.' })),
  },
  { description: 'What is known of a completed signature.' },
);
export type DocumentSignature = Static<typeof DocumentSignature>;

const PACKAGES = Type.Array(stringEnum(PACKAGE_FORMATS), { description: 'Files that can be fetched.' });
export const Status = Type.Object(
  {
    documentStatus: stringEnum(DOCUMENT_STATUSES, { description: 'State of the document.' }),
    completedPackages: PACKAGES,
    attachmentPackages: Dictionary(PACKAGES, { description: 'The same per attachment id.' }),
  },
  { description: 'State of the document and of its files.' },
);

/** The status alone says more than the status inside other answers. */
export const StatusWithDelays = Type.Object(
  {
    ...Status.properties,
    delayedPackages: Type.Array(
      Type.Object({
        attachmentId: optional(Guid({ description: 'The attachment that it is of; absent: the document.' })),
        format: stringEnum(PACKAGE_FORMATS, { description: 'Which file.' }),
        code: stringEnum(['timestamp_unavailable', 'revocation_unavailable', 'evidence_broken', 'packaging_failed'], {
          description: 'Why it could not be made so far.',
        }),
        since: DateTime({ description: 'When it first failed.' }),
      }),
      { description: 'Extension: files that could not be made so far and are tried again.' },
    ),
  },
  { description: 'State of the document and of its files.' },
);
export type StatusWithDelays = Static<typeof StatusWithDelays>;

export const SignerResponse = Type.Object({
  id: Guid({ description: 'Id of the signer.' }),
  url: Type.String({ description: 'The signer’s own sign URL.' }),
  links: Type.Array(Link, { description: 'Related resources.' }),
  documentSignature: optional(DocumentSignature),
  ...signerMembers,
});

export const CreateDocumentResponse = Type.Object({
  documentId: Guid({ description: 'Id of the document.' }),
  signers: Type.Array(SignerResponse, { description: 'Who is to sign.' }),
  status: Status,
  links: Type.Array(Link, { description: 'Related resources.' }),
  title: Type.String({ description: 'Title, as signers see it.' }),
  description: optional(Type.String({ description: 'Text, as signers see it.' })),
  externalId: Type.String({
    description: 'The caller’s own id, unique in account and environment: the idempotency key of creation.',
  }),
  dataToSign: DataToSign,
  contactDetails: ContactDetails,
  notification: optional(Notification),
  advanced: Advanced,
});
export type CreateDocumentResponse = Static<typeof CreateDocumentResponse>;

export const ExtendedDocumentSignature = Type.Object({
  signerId: Guid({ description: 'Id of the signer.' }),
  externalSignerId: Type.String({ description: 'The caller’s own id of the signer, unique in the document.' }),
  ...DocumentSignature.properties,
});

export const DocumentSummary = Type.Object({
  documentId: Guid({ description: 'Id of the document.' }),
  accountId: Guid({ description: 'Account that owns the document.' }),
  title: Type.String({ description: 'Title, as signers see it.' }),
  description: optional(Type.String({ description: 'Text, as signers see it.' })),
  externalId: Type.String({
    description: 'The caller’s own id, unique in account and environment: the idempotency key of creation.',
  }),
  created: DateTime({ description: 'When it was created.' }),
  lastUpdated: DateTime({ description: 'When it last changed.' }),
  deadline: DateTime({ description: 'When signing ends.' }),
  signedDate: optional(DateTime({ description: 'When it was completed.' })),
  status: Status,
  requiredSignatures: Type.Integer({ description: 'Signatures that complete it.' }),
  currentSignatures: Type.Integer({ description: 'Signatures so far.' }),
  tags: Type.Array(Type.String(), { description: 'Tags, for filters and webhooks.' }),
  attachments: Type.Array(Guid(), { description: 'Ids of the attachments.' }),
  signers: Type.Array(Guid(), { description: 'Ids of the signers.' }),
  documentSignatures: Type.Array(ExtendedDocumentSignature, { description: 'Completed signatures, in order.' }),
});
export type DocumentSummary = Static<typeof DocumentSummary>;

export const DocumentPath = Type.Object({ documentId: Guid({ description: 'Id of the document.' }) });
export const FileQuery = Type.Object({
  fileFormat: stringEnum(PACKAGE_FORMATS, {
    description: 'Which of the document’s files.',
    aliases: { standard_packing: 'standard_packaging' },
    otherNames: ['fileType'],
  }),
});
