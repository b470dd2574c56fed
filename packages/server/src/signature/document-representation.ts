import { authenticationMechanism } from './access-rules.ts';
import type { CreateDocumentResponse, DocumentSignature, DocumentSummary } from './contract/document.ts';
import { deadlineOf, type FilledSigner } from './document-request.ts';
import { type ExtraInfo, withoutPasswords } from './extra-info.ts';
import { type ResourceRecord, resourceUrl } from './resource-store.ts';
import type { SignLink, SignLinks } from './sign-link.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';
import type { SummaryRecord, SummarySignature } from './summary-store.ts';
import { reportedPackages, type WantedPackage } from './wanted-packages.ts';

interface Links {
  links: SignLinks;
  publicUrl: string;
}

/** The resource as the API answers it: the request with defaults, ids, sign URLs and what has happened since. */
export function documentResource(document: DocumentRecord, urls: Links): CreateDocumentResponse {
  const request = document.request;
  const { security } = request.advanced;
  return {
    documentId: document.id,
    signers: document.signers.map((signer) => signerResource(document, signer, urls)),
    status: statusResource(document.status, document.packages),
    links: resourceLinks(document.resources, undefined, urls),
    title: request.title,
    description: request.description,
    externalId: request.externalId,
    dataToSign: { ...request.dataToSign, base64Content: '', base64ContentStyleSheet: undefined },
    contactDetails: request.contactDetails,
    notification: request.notification,
    advanced: {
      ...request.advanced,
      ...(request.advanced.extraInfo ? { extraInfo: answeredExtraInfo(request.advanced.extraInfo) } : {}),
      ...(security ? { security: { oneTimeUse: false, ipWhiteList: [], ...security } } : {}),
      timeToLive: { ...request.advanced.timeToLive, deadline: deadlineOf(request, document.createdAt).toISOString() },
    },
  };
}

export function signerResource(
  document: Pick<DocumentRecord, 'id' | 'accountId' | 'signatures' | 'deadline' | 'resources'>,
  signer: SignerRecord,
  urls: Links,
): CreateDocumentResponse['signers'][number] {
  const signature = document.signatures.find((one) => one.signerId === signer.id);
  return {
    ...withDefaultsAnswered(withoutNationalNumbers(signer.request)),
    ...(signer.request.extraInfo ? { extraInfo: answeredExtraInfo(signer.request.extraInfo) } : {}),
    id: signer.id,
    url: signUrl(document, signer, urls),
    links: resourceLinks(document.resources, signer.id, urls),
    documentSignature: signature && signatureResource(signature),
    signUrlExpires: signer.request.signUrlExpires ?? document.deadline.toISOString(),
  };
}

/** What a stored request left out and an answer says all the same: lists, flags, and both spellings of one member. */
export function withDefaultsAnswered(signer: FilledSigner): FilledSigner {
  const { signatureType, authentication } = signer;
  const mechanism = authenticationMechanism(signer);
  return {
    ...signer,
    signatureType: { signatureMethods: [], ...signatureType },
    getSocialSecurityNumber: signer.getSocialSecurityNumber ?? false,
    ...(authentication
      ? {
          authentication: {
            ...authentication,
            mechanism,
            authBeforeSign: mechanism.startsWith('eid'),
          },
        }
      : {}),
  };
}

function answeredExtraInfo<T extends object>(extraInfo: T): T {
  return withoutPasswords(extraInfo as ExtraInfo) as T;
}

/** What was collected of a signer, or of the document as a whole. One that is not ready has no address yet. */
function resourceLinks(
  resources: readonly ResourceRecord[],
  signerId: string | undefined,
  urls: Pick<Links, 'publicUrl'>,
): CreateDocumentResponse['links'] {
  return resources
    .filter((one) => one.signerId === signerId)
    .map(({ id, type, status, message, file }) => ({
      rel: type,
      resourceStatus: status,
      ...(file ? { href: resourceUrl(urls, id), contentType: file.mediaType } : {}),
      ...(message === undefined ? {} : { error: message, errorMessage: message }),
    }));
}

export function signUrl(document: { id: string; accountId: string }, signer: SignerRecord, urls: Links): string {
  return `${urls.publicUrl}/start?jwt=${urls.links.token(signLink(document, signer))}`;
}

export function signLink(document: { id: string; accountId: string }, signer: SignerRecord): SignLink {
  return {
    documentId: document.id,
    signerId: signer.id,
    accountId: document.accountId,
    rotation: signer.linkRotation,
  };
}

/** National numbers are write-only: they are stored encrypted beside the request and never answered. */
export function withoutNationalNumbers(signer: FilledSigner): FilledSigner {
  const { signerInfo, authentication, ...rest } = signer;
  return {
    ...rest,
    ...(signerInfo ? { signerInfo: { ...signerInfo, socialSecurityNumber: undefined } } : {}),
    ...(authentication ? { authentication: { ...authentication, socialSecurityNumber: undefined } } : {}),
  };
}

export function statusResource(
  documentStatus: CreateDocumentResponse['status']['documentStatus'],
  packages: readonly WantedPackage[],
): CreateDocumentResponse['status'] {
  return { documentStatus, ...reportedPackages(packages) };
}

export function signatureResource(signature: Omit<SummarySignature, 'signerId'>): DocumentSignature {
  return {
    signatureMethod: signature.method as DocumentSignature['signatureMethod'],
    mechanism: signature.mechanism,
    fullName: signature.fullName,
    firstName: signature.firstName,
    middleName: signature.middleName,
    lastName: signature.lastName,
    signedTime: signature.signedAt.toISOString(),
    dateOfBirth: signature.dateOfBirth && shortDate(signature.dateOfBirth),
    signatureMethodUniqueId: signature.methodUniqueId,
    clientIp: signature.clientIp,
  };
}

/** The summary alone, as in lists. */
export function summaryResource(document: SummaryRecord): DocumentSummary {
  const externalIds = new Map(document.signers.map((signer) => [signer.id, signer.externalSignerId]));
  return {
    documentId: document.id,
    accountId: document.accountId,
    title: document.title,
    description: document.description,
    externalId: document.externalId,
    created: document.createdAt.toISOString(),
    lastUpdated: document.updatedAt.toISOString(),
    deadline: document.deadline.toISOString(),
    signedDate: document.signedAt?.toISOString(),
    status: statusResource(document.status, document.packages),
    requiredSignatures: document.requiredSignatures,
    currentSignatures: document.signatures.length,
    tags: document.tags,
    attachments: document.attachments,
    signers: document.signers.map((signer) => signer.id),
    documentSignatures: document.signatures.map((signature) => ({
      signerId: signature.signerId,
      externalSignerId: externalIds.get(signature.signerId) ?? '',
      ...signatureResource(signature),
    })),
  };
}

/** `1984-06-02` → `020684`, the form of this one member of the document models. */
function shortDate(date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${day}${month}${year.slice(2)}`;
}
