import { createHash } from 'node:crypto';
import type { WantedFeature } from '../admin/index.ts';
import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import type { Environment } from '../kernel/events/events.ts';
import { decodeBase64 } from '../kernel/http/base64-input.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import {
  addressListErrors,
  authenticationMechanism,
  dialogErrors,
  neededProofs,
  requireAuthenticationTarget,
} from './access-rules.ts';
import type { CreateDocumentRequestWrapper, SignatureMethod, SignerWrapper } from './contract/document.ts';
import type { FileType } from './contract/lists.ts';
import { requireFormat } from './document-format.ts';
import { canonicalJson } from './evidence.ts';
import { type ExtraInfo, extraInfoErrors, extraInfoFeatures, sealPasswords } from './extra-info.ts';
import { frameDomainFault } from './frame-domains.ts';
import { parseMobile } from './mobile-number.ts';
import {
  notificationErrors,
  notificationWithDefaults,
  requireReachableSigner,
  requireReminderSchedule,
} from './notification-rules.ts';
import { METHOD_FACTS, signableTypes, signingSteps, withoutOlderNames } from './signature-methods.ts';

const MAX_LIFE_MS = 45 * 24 * 3_600_000;

type Filled<T, Key extends keyof T> = Omit<T, Key> & { [K in Key]-?: NonNullable<T[K]> };

type SignerInfo = NonNullable<SignerWrapper['signerInfo']>;
export type FilledSigner = Filled<SignerWrapper, 'tags' | 'order' | 'required'>;
export type FilledAdvanced = Filled<
  NonNullable<CreateDocumentRequestWrapper['advanced']>,
  'tags' | 'attachments' | 'requiredSignatures' | 'getSocialSecurityNumber'
>;

/** The request with every fixed default filled in; content and national numbers are taken out by the caller. */
export interface FilledRequest extends Omit<CreateDocumentRequestWrapper, 'signers' | 'advanced'> {
  signers: FilledSigner[];
  advanced: FilledAdvanced;
}

/** With the passwords of add-ons sealed; what had none is as before. */
export function withSealedExtraInfo<T extends { extraInfo?: object }>(
  deps: { box: SecretBox },
  ownerId: string,
  of: T,
): T {
  return of.extraInfo ? { ...of, extraInfo: sealPasswords(deps, ownerId, of.extraInfo as ExtraInfo) } : of;
}

/** The same for a document, of which signers are stored apart. */
export function withSealedPasswords<T extends { advanced: FilledAdvanced }>(
  deps: { box: SecretBox },
  documentId: string,
  request: T,
): T {
  return { ...request, advanced: withSealedExtraInfo(deps, documentId, request.advanced) };
}

/** Fixed defaults only: those that depend on the clock would make two equal requests look different. */
export function withDefaults(request: CreateDocumentRequestWrapper): FilledRequest {
  const packaging = request.dataToSign.packaging ?? {};
  const formats = packaging.signaturePackageFormats ?? [];
  return {
    ...request,
    ...(request.notification ? { notification: notificationWithDefaults(request.notification) } : {}),
    dataToSign: {
      ...request.dataToSign,
      convertToPDF: request.dataToSign.convertToPDF ?? false,
      packaging: {
        ...packaging,
        signaturePackageFormats: formats.length > 0 ? [...new Set(formats)] : defaultPackages(request.dataToSign),
        padesSettings: { primaryLanguage: 'EN', includeSsnInPades: false, ...packaging.padesSettings },
      },
    },
    signers: request.signers.map(signerWithDefaults),
    advanced: filledAdvanced(request.advanced),
  };
}

/** A name that is refused later counts as a PDF's. */
function defaultPackages({
  fileName,
  convertToPDF = false,
}: CreateDocumentRequestWrapper['dataToSign']): ['pades'] | [] {
  return !convertToPDF && /\.(txt|xml|html?)$/i.test(fileName) ? [] : ['pades'];
}

export function filledAdvanced(advanced: CreateDocumentRequestWrapper['advanced']): FilledAdvanced {
  return {
    ...advanced,
    tags: [...new Set(advanced?.tags ?? [])],
    attachments: advanced?.attachments ?? 0,
    requiredSignatures: advanced?.requiredSignatures ?? 0,
    getSocialSecurityNumber: advanced?.getSocialSecurityNumber ?? false,
    timeToLive: { deleteAfterHours: 168, ...advanced?.timeToLive },
  };
}

export function signerWithDefaults(signer: SignerWrapper): FilledSigner {
  return {
    ...signer,
    ...(signer.signerInfo ? { signerInfo: withCanonicalMobile(signer.signerInfo) } : {}),
    signatureType: {
      ...signer.signatureType,
      onEacceptUseHandWrittenSignature: signer.signatureType.onEacceptUseHandWrittenSignature ?? false,
    },
    tags: [...new Set(signer.tags ?? [])],
    order: signer.order ?? 0,
    required: signer.required ?? false,
  };
}

/** The mobile in E.164 where it is one; anything else stays for `checkRestrictions` to refuse. */
function withCanonicalMobile(signerInfo: SignerInfo): SignerInfo {
  const mobile = signerInfo.mobile && parseMobile(signerInfo.mobile);
  return mobile ? { ...signerInfo, mobile } : signerInfo;
}

/**
 * Equal for two requests that ask for the same: SHA-256 of the canonical request, the content by its hash and dates
 * cut to whole seconds.
 */
export function requestFingerprint(request: FilledRequest, contentSha256: string): Buffer {
  const ttl = request.advanced.timeToLive;
  const { base64ContentStyleSheet: styleSheet } = request.dataToSign;
  const comparable = {
    ...request,
    dataToSign: {
      ...request.dataToSign,
      base64Content: contentSha256,
      base64ContentStyleSheet: styleSheet && (decodeBase64(styleSheet)?.toString('base64') ?? styleSheet),
    },
    signers: request.signers.map((signer) => ({ ...signer, signUrlExpires: wholeSeconds(signer.signUrlExpires) })),
    advanced: { ...request.advanced, timeToLive: { ...ttl, deadline: wholeSeconds(ttl?.deadline) } },
  };
  return createHash('sha256').update(canonicalJson(comparable), 'utf8').digest();
}

function wholeSeconds(instant: string | undefined): string | undefined {
  return instant?.replace(/\.\d+Z$/, 'Z');
}

export function deadlineOf(request: FilledRequest, createdAt: Date): Date {
  const wanted = request.advanced.timeToLive?.deadline;
  return wanted ? new Date(wanted) : new Date(createdAt.getTime() + MAX_LIFE_MS);
}

/** A signer whose link would end after the deadline: it ends with it. */
export function withLinkWithin<Signer extends Pick<FilledSigner, 'signUrlExpires'>>(
  signer: Signer,
  deadline: Date,
): Signer {
  const { signUrlExpires } = signer;
  if (signUrlExpires === undefined || new Date(signUrlExpires) <= deadline) return signer;
  return { ...signer, signUrlExpires: deadline.toISOString() };
}

/** The rules of a deadline that somebody asks for. */
export function deadlineErrors(deadline: string, createdAt: Date, now: Date): FieldError[] {
  const at = new Date(deadline).getTime();
  const field = 'advanced.timeToLive.deadline';
  if (at <= now.getTime()) return [{ field, code: 'date_past', message: 'Must be in the future.' }];
  if (at <= createdAt.getTime() + MAX_LIFE_MS) return [];
  return [{ field, code: 'date_too_late', message: 'Must be at most 45 days after the creation.' }];
}

/** Restrictions that a schema cannot say; all of them at once, as 400, together with those that were `found` before. */
export function checkRestrictions(
  request: FilledRequest,
  environment: Environment,
  now: Date,
  found: readonly FieldError[] = [],
): void {
  const errors: FieldError[] = [...found];
  const deadline = request.advanced.timeToLive?.deadline;
  if (deadline !== undefined) errors.push(...deadlineErrors(deadline, now, now));
  errors.push(...fileNameErrors(request.dataToSign.fileName, 'dataToSign.fileName'));
  request.signers.forEach((signer, index) => {
    errors.push(...signerErrors(signer, `signers[${index}].`, environment, now));
  });
  errors.push(...extraInfoErrors(request.advanced.extraInfo as ExtraInfo | undefined, 'advanced.extraInfo'));
  errors.push(...addressListErrors(request.advanced.security?.ipWhiteList, 'advanced.security.ipWhiteList'));
  errors.push(...notificationErrors(request.notification, now));
  if (errors.length > 0) throw validationFailed(errors);
}

/** Restrictions of one signer; `prefix` stands before the names of its members. */
export function signerErrors(signer: FilledSigner, prefix: string, environment: Environment, now: Date): FieldError[] {
  const errors = redirectErrors(signer, `${prefix}redirectSettings`, environment);
  const expires = signer.signUrlExpires;
  if (expires !== undefined && new Date(expires) <= now) {
    errors.push({ field: `${prefix}signUrlExpires`, code: 'date_past', message: 'Must be in the future.' });
  }
  errors.push(...extraInfoErrors(signer.extraInfo as ExtraInfo | undefined, `${prefix}extraInfo`));
  const mobile = signer.signerInfo?.mobile;
  if (mobile?.number && !parseMobile(mobile)) {
    const message = 'Must be a mobile number with its country code.';
    errors.push({ field: `${prefix}signerInfo.mobile`, code: 'mobile', message });
  }
  errors.push(...dialogErrors(signer.ui?.dialogs?.before, `${prefix}ui.dialogs.before`));
  return errors;
}

export function fileNameErrors(fileName: string, field: string): FieldError[] {
  return /[/\\]/.test(fileName) ? [{ field, code: 'format', message: 'Must be a file name without a path.' }] : [];
}

const NEEDED_REDIRECTS = {
  donot_redirect: [],
  redirect: ['success', 'cancel', 'error'],
  iframe_with_webmessaging: ['domain'],
  iframe_with_redirect: ['domain', 'success', 'cancel', 'error'],
  iframe_with_redirect_and_webmessaging: ['domain', 'success', 'cancel', 'error'],
} as const;

function redirectErrors(signer: FilledSigner, path: string, environment: Environment): FieldError[] {
  const settings = signer.redirectSettings;
  const errors: FieldError[] = [];
  for (const member of NEEDED_REDIRECTS[settings.redirectMode]) {
    if (!settings[member]) {
      const message = `Required when redirectMode is ${settings.redirectMode}.`;
      errors.push({ field: `${path}.${member}`, code: 'required', message });
    }
  }
  const fault = settings.domain && frameDomainFault(settings.domain, environment);
  if (fault) errors.push({ field: `${path}.domain`, code: 'format', message: fault });
  for (const member of ['success', 'cancel', 'error'] as const) {
    const url = settings[member];
    if (url !== undefined && !isRedirectTarget(url, environment)) {
      errors.push({
        field: `${path}.${member}`,
        code: 'url',
        message: 'Must be an absolute https URL or an app address.',
      });
    }
  }
  return errors;
}

const FORBIDDEN_SCHEMES = ['javascript:', 'data:', 'vbscript:', 'blob:', 'file:', 'about:', 'view-source:'];

function isRedirectTarget(text: string, environment: Environment): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.username || url.password || FORBIDDEN_SCHEMES.includes(url.protocol)) return false;
  return url.protocol !== 'http:' || environment === 'test';
}

/** What the request asks for that the account must have subscribed to beyond signing itself. */
export function wantedFeatures(request: FilledRequest): WantedFeature[] {
  const features: WantedFeature[] = [];
  const ssn = (field: string) => features.push({ product: 'ssn', field });
  if (request.advanced.getSocialSecurityNumber) ssn('advanced.getSocialSecurityNumber');
  if (request.dataToSign.packaging?.padesSettings?.includeSsnInPades) {
    ssn('dataToSign.packaging.padesSettings.includeSsnInPades');
  }
  features.push(...extraInfoFeatures(request.advanced.extraInfo as ExtraInfo | undefined, 'advanced.extraInfo'));
  request.signers.forEach((signer, index) => {
    features.push(...signerFeatures(signer, `signers[${index}].`));
  });
  return features;
}

export function signerFeatures(signer: FilledSigner, prefix: string): WantedFeature[] {
  const features: WantedFeature[] = [];
  if (signer.getSocialSecurityNumber) features.push({ product: 'ssn', field: `${prefix}getSocialSecurityNumber` });
  features.push(...extraInfoFeatures(signer.extraInfo as ExtraInfo | undefined, `${prefix}extraInfo`));
  if (signer.addons?.types?.length) features.push({ product: 'share', field: `${prefix}addons.types` });
  for (const [kind, channel] of Object.entries(signer.notifications?.setup ?? {})) {
    if (channel !== 'sendSms' && channel !== 'sendBoth') continue;
    features.push({ product: 'sms', field: `${prefix}notifications.setup.${kind}` });
  }
  if (neededProofs(authenticationMechanism(signer)).code) {
    features.push({ product: 'sms', field: `${prefix}authentication.mechanism` });
  }
  return features;
}

/** The signature methods that the account may use in its environment. */
export interface MethodOffer {
  available: readonly string[];
  /** The formats that each of them can sign itself. */
  signs: ReadonlyMap<string, readonly FileType[]>;
}

/** What the account must have for the request, as 402, and then business rules across fields, as 422. The first answers. */
export function checkRules(request: FilledRequest, offer: MethodOffer): void {
  request.signers.forEach((signer, index) => {
    requireSubscribedMethods(signer, `signers[${index}].signatureType`, offer);
  });
  request.signers.forEach((signer, index) => {
    requireUniqueSigner(signer, request.signers.slice(0, index), `signers[${index}].`);
  });
  requireEnoughSigners(request.advanced.requiredSignatures, request.signers.length);
  const format = requireSupportedFile(request);
  requireAvailableFeatures(request);
  request.signers.forEach((signer, index) => {
    requireAuthenticationTarget(signer, `signers[${index}].`);
    requireReachableSigner(signer, `signers[${index}].`);
  });
  requireReminderSchedule(request.notification, request.signers);
  requireBankIdPackaging(request, request.signers, offer);
  request.signers.forEach((signer, index) => {
    requireUsableMethod(signer, `signers[${index}].signatureType`, offer, [format]);
  });
}

/** The same for one signer who signs files of these `formats` at once and joins the `others` of a document, or changes beside them. */
export function checkSignerRules(
  signer: FilledSigner,
  others: readonly FilledSigner[],
  { notification, formats }: { notification: FilledRequest['notification']; formats: readonly FileType[] },
  offer: MethodOffer,
): void {
  requireSubscribedMethods(signer, 'signatureType', offer);
  requireUniqueSigner(signer, others, '');
  refuseUnavailable(unavailableSignerMembers(signer, ''));
  requireAuthenticationTarget(signer, '');
  requireReachableSigner(signer, '');
  requireReminderSchedule(notification, [signer], () => '');
  requireUsableMethod(signer, 'signatureType', offer, formats);
}

function requireUniqueSigner(signer: FilledSigner, others: readonly FilledSigner[], prefix: string): void {
  if (!others.some((one) => one.externalSignerId === signer.externalSignerId)) return;
  throw refused(
    'duplicate_external_signer_id',
    'Two signers have the same externalSignerId.',
    `${prefix}externalSignerId`,
    'duplicate',
  );
}

/** Throws 422 `required_signatures_exceed_signers`. */
export function requireEnoughSigners(requiredSignatures: number, signers: number): void {
  if (requiredSignatures <= signers) return;
  throw refused(
    'required_signatures_exceed_signers',
    'requiredSignatures is larger than the number of signers.',
    'advanced.requiredSignatures',
    'max',
  );
}

function requireSupportedFile(request: FilledRequest): FileType {
  const { fileName, convertToPDF = false, base64ContentStyleSheet } = request.dataToSign;
  const format = requireFormat(fileName, convertToPDF, 'dataToSign.fileName');
  if (base64ContentStyleSheet !== undefined && format !== 'xml') {
    const field = 'dataToSign.base64ContentStyleSheet';
    throw refused('unsupported_file_type', 'Only an XML document has a style sheet.', field, 'format');
  }
  requireSupportedPackages(request, format);
  return format;
}

function requireSupportedPackages(request: FilledRequest, format: FileType): void {
  // Accounts cannot make templates yet: every id is of one that is not there.
  if (request.dataToSign.packaging?.padesSettings?.padesTemplateId) {
    const field = 'dataToSign.packaging.padesSettings.padesTemplateId';
    throw refused('template_not_found', 'There is no such template.', field, 'unknown_reference');
  }
  const formats = request.dataToSign.packaging?.signaturePackageFormats ?? [];
  if (format === 'pdf' || !formats.some((one) => one.endsWith('pades'))) return;
  const message = 'PAdES is for PDF documents.';
  throw refused('packaging_not_supported', message, 'dataToSign.packaging.signaturePackageFormats', 'enum');
}

/** Throws 422 `packaging_not_supported` where one of the signers might sign with another eID than the package is for. */
export function requireBankIdPackaging(
  request: Pick<FilledRequest, 'dataToSign'>,
  signers: readonly FilledSigner[],
  offer: MethodOffer,
): void {
  const formats = request.dataToSign.packaging?.signaturePackageFormats ?? [];
  if (!formats.includes('no_bankid_pades')) return;
  const others = signers
    .flatMap((signer) => usableMethods(signer, offer, ['pdf']))
    .filter((one) => !one.startsWith('no_bankid'));
  const isSealedHere = signers.some(({ signatureType }) => !signingSteps(signatureType).native);
  if (others.length === 0 && !isSealedHere) return;
  throw refused(
    'packaging_not_supported',
    'no_bankid_pades is for documents that are signed with Norwegian BankID only: name it as the method of each signer.',
    'dataToSign.packaging.signaturePackageFormats',
    'enum',
  );
}

/**
 * Members of the contract that this version does not act on are refused by name: accepting them silently would make the
 * caller believe that they work.
 */
export function requireAvailableFeatures(request: FilledRequest): void {
  const asked: string[] = [];
  request.signers.forEach((signer, index) => {
    asked.push(...unavailableSignerMembers(signer, `signers[${index}].`));
  });
  refuseUnavailable(asked);
}

function unavailableSignerMembers(signer: FilledSigner, prefix: string): string[] {
  const asked: string[] = [];
  if (signer.addons?.types?.length) asked.push(`${prefix}addons.types`);
  return asked;
}

function refuseUnavailable(asked: readonly string[]): void {
  if (asked.length === 0) return;
  throw new SeglError(422, 'feature_not_available', `This version of Segl does not offer: ${asked.join(', ')}.`, {
    errors: asked.map((field) => ({ field, code: 'enum', message: 'Not available in this version.' })),
  });
}

/** A group stands for its members. */
const METHOD_GROUPS: Partial<Record<SignatureMethod, readonly SignatureMethod[]>> = {
  no_bankid: ['no_bankid_netcentric', 'no_bankid_mobile'],
};

/**
 * The concrete methods with which a signer may sign files of all these formats at once, in the order asked for; `unknown` is
 * ignored.
 */
export function usableMethods(
  signer: Pick<SignerWrapper, 'signatureType'>,
  offer: MethodOffer,
  formats: readonly FileType[],
): string[] {
  const listed = (signer.signatureType.signatureMethods ?? []).filter((method) => method !== 'unknown');
  const wanted =
    listed.length === 0
      ? withoutOlderNames(offer.available)
      : listed.flatMap((method) => METHOD_GROUPS[method] ?? [method]);
  const fits = (method: string) => {
    const signs = signableTypes(signer.signatureType.mechanism, offer.signs.get(method) ?? []);
    return formats.every((format) => signs.includes(format));
  };
  return [...new Set(wanted)].filter((method) => offer.available.includes(method) && fits(method));
}

/** Throws 422 `unsupported_signature_format` for the first method asked for that cannot sign one of the formats. */
function requireFittingMethods(
  signer: FilledSigner,
  path: string,
  offer: MethodOffer,
  formats: readonly FileType[],
): void {
  (signer.signatureType.signatureMethods ?? []).forEach((method, index) => {
    if (method === 'unknown') return;
    const alone = { signatureType: { ...signer.signatureType, signatureMethods: [method] } };
    if (usableMethods(alone, offer, formats).length > 0) return;
    const one = formats.find((format) => usableMethods(alone, offer, [format]).length === 0);
    const what = one ? `${one} files` : `${formats.join(' and ')} files at once`;
    const message = `${method} cannot sign ${what} with the mechanism ${signer.signatureType.mechanism}.`;
    throw refused('unsupported_signature_format', message, `${path}.signatureMethods[${index}]`, 'enum');
  });
}

function requireSubscribedMethods(signer: FilledSigner, path: string, offer: MethodOffer): void {
  const listed = (signer.signatureType.signatureMethods ?? []).filter((method) => method !== 'unknown');
  listed.forEach((method, index) => {
    const members: readonly string[] = METHOD_GROUPS[method] ?? [method];
    if (!members.some((one) => offer.available.includes(one))) {
      const message = `The signature method ${method} is not part of the account's subscription.`;
      const field = `${path}.signatureMethods[${index}]`;
      throw new SeglError(402, 'not_in_subscription', message, { errors: [{ field, code: 'enum', message }] });
    }
  });
}

/** An eID that only tells who somebody is cannot sign by itself. Throws 422 `mechanism_not_supported`. */
function requireSigningMethods({ signatureType }: FilledSigner, path: string): void {
  if (!signingSteps(signatureType).native) return;
  signatureType.signatureMethods?.forEach((method, index) => {
    if (method === 'unknown' || METHOD_FACTS[method].signs.length > 0) return;
    const message = `${method} tells who somebody is and cannot sign: use the mechanism identification.`;
    throw refused('mechanism_not_supported', message, `${path}.signatureMethods[${index}]`, 'enum');
  });
}

/**
 * What is to be signed at once must be signable by a method of the signer. Throws 422 `unsupported_signature_format`,
 * `mechanism_not_supported`, `no_signature_method_available`.
 */
export function requireUsableMethod(
  signer: FilledSigner,
  path: string,
  offer: MethodOffer,
  formats: readonly FileType[],
): void {
  const { mechanism } = signer.signatureType;
  const steps = signingSteps(signer.signatureType);
  const unfit = steps.native ? undefined : formats.find((format) => !signableTypes(mechanism, []).includes(format));
  if (unfit) {
    const message = `${unfit} documents cannot be signed with the mechanism ${mechanism}.`;
    throw refused('unsupported_signature_format', message, `${path}.mechanism`, 'enum');
  }
  if (!steps.eid && !neededProofs(authenticationMechanism(signer)).eid) return;
  requireSigningMethods(signer, path);
  requireFittingMethods(signer, path, offer, formats);
  if (usableMethods(signer, offer, formats).length === 0) {
    throw refused(
      'no_signature_method_available',
      'No signature method is left for this signer.',
      `${path}.signatureMethods`,
      'enum',
    );
  }
}

function refused(code: string, message: string, field: string, fieldCode: string): SeglError {
  return new SeglError(422, code, message, { errors: [{ field, code: fieldCode, message }] });
}
