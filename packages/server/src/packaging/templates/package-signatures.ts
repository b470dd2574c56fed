import { elementsOf, readXml, type XmlElement } from '@segl/ades/xml';
import { SeglError } from '../../kernel/errors/segl-error.ts';
import type { EvidenceSigner } from '../evidence-pages.ts';
import { STANDARD_PACKAGE_NAMESPACE } from '../standard-package.ts';
import type { ShownSignatures } from './sample-signatures.ts';

const MAX_BYTES = 40 * 1024 * 1024;

/** What a standard package says of a document and its signers. Nothing of it is checked. Throws 400 `validation_failed`. */
export function packageSignatures(base64: string): ShownSignatures {
  const root = rootOf(Buffer.from(base64, 'base64'));
  const document = child(root, 'Document');
  const signers = childrenOf(child(root, 'Signers'), 'Signer').map(signerOf);
  if (!document || signers.length === 0) throw refused('The package says nothing of a document and its signers.');
  const content = child(document, 'Content');
  const sender = textOf(document, 'Sender');
  return {
    documentId: attribute(root, 'documentId') ?? '',
    title: textOf(document, 'Title'),
    description: undefined,
    fileName: attribute(content, 'fileName') ?? '',
    pageCount: undefined,
    contentSha256: attribute(content, 'sha256') ?? '',
    externalId: textOf(document, 'ExternalId'),
    createdAt: timeOf(textOf(document, 'CreatedAt')),
    signedAt: timeOf(textOf(document, 'SignedAt')),
    ...(sender ? { account: { name: sender, orgNumber: undefined, logo: undefined } } : {}),
    signers,
    attachments: [],
    history: signers.map(({ signerId, signedAt, method }) => ({
      occurredAt: signedAt,
      kind: 'signed',
      signerId,
      method,
    })),
  };
}

function rootOf(bytes: Buffer): XmlElement {
  try {
    const { root } = readXml(bytes, { maxBytes: MAX_BYTES });
    if (root.local === 'StandardPackage' && root.uri === STANDARD_PACKAGE_NAMESPACE) return root;
  } catch {
    throw refused('It is no XML.');
  }
  throw refused('It is no standard package.');
}

function signerOf(signer: XmlElement): EvidenceSigner {
  return {
    signerId: attribute(signer, 'id') ?? '',
    fullName: textOf(signer, 'FullName'),
    dateOfBirth: textOf(signer, 'DateOfBirth') || undefined,
    method: attribute(child(signer, 'Method'), 'id') ?? textOf(signer, 'Method'),
    methodName: textOf(signer, 'Method'),
    mechanism: textOf(signer, 'Mechanism'),
    how: 'eid',
    picture: undefined,
    uniqueId: textOf(signer, 'UniqueId') || undefined,
    nationalNumber: undefined,
    signedAt: timeOf(textOf(signer, 'SignedAt')),
    clientIp: textOf(signer, 'ClientIp') || undefined,
  };
}

function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element ? elementsOf(element).filter(({ local }) => local === name) : [];
}

const child = (element: XmlElement | undefined, name: string): XmlElement | undefined => childrenOf(element, name)[0];

function textOf(element: XmlElement, name: string): string {
  return (child(element, name)?.children ?? []).map((node) => (node.kind === 'text' ? node.text : '')).join('');
}

function attribute(element: XmlElement | undefined, name: string): string | undefined {
  return element?.attributes.find(({ local }) => local === name)?.value;
}

function timeOf(text: string): Date {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? new Date(0) : time;
}

function refused(message: string): SeglError {
  return new SeglError(400, 'validation_failed', 'XmlSignature cannot be used.', {
    errors: [{ field: 'XmlSignature', code: 'format', message }],
  });
}
