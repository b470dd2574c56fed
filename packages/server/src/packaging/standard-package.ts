import { createHash } from 'node:crypto';
import { writeXml, type XmlMarkup, xmlElement } from '@segl/ades';
import type { PackagedFile } from './sealing-messages.ts';

export const STANDARD_PACKAGE_NAMESPACE = 'urn:segl:standard-package:1';

/** All that is known of a signed document. Plain data: it crosses a thread boundary. */
export interface StandardPackage {
  documentId: string;
  environment: 'test' | 'prod';
  /** Absent for the document itself. */
  attachmentId: string | undefined;
  title: string;
  externalId: string;
  sender: { id: string; name: string };
  createdAt: Date;
  signedAt: Date | undefined;
  content: PackagedFile;
  styleSheet: PackagedFile | undefined;
  signers: StandardSigner[];
  evidence: PackagedFile;
}

export interface StandardSigner {
  id: string;
  externalSignerId: string;
  fullName: string;
  firstName: string | undefined;
  middleName: string | undefined;
  lastName: string | undefined;
  dateOfBirth: string | undefined;
  uniqueId: string | undefined;
  nationalNumber: { value: string; countryCode: string } | undefined;
  method: string;
  methodName: string;
  mechanism: string;
  signedAt: Date;
  clientIp: string | undefined;
  userAgent: string | undefined;
  native: PackagedFile & { format: string };
  binding: PackagedFile;
}

/** The XML document that is to be sealed: `docs/packages.md` describes it. */
export function writeStandardPackage(made: StandardPackage): Buffer {
  return writeXml(
    xmlElement(
      'StandardPackage',
      { xmlns: STANDARD_PACKAGE_NAMESPACE, documentId: made.documentId, environment: made.environment },
      xmlElement(
        'Document',
        { attachmentId: made.attachmentId },
        ...member('Title', made.title),
        ...member('ExternalId', made.externalId),
        ...member('Sender', made.sender.name, { accountId: made.sender.id }),
        ...member('CreatedAt', made.createdAt.toISOString()),
        ...member('SignedAt', made.signedAt?.toISOString()),
        enclosed('Content', made.content),
        ...(made.styleSheet ? [enclosed('StyleSheet', made.styleSheet)] : []),
      ),
      xmlElement('Signers', {}, ...made.signers.map(signerElement)),
      enclosed('Evidence', made.evidence),
    ),
  );
}

function signerElement(signer: StandardSigner): XmlMarkup {
  return xmlElement(
    'Signer',
    { id: signer.id, externalSignerId: readable(signer.externalSignerId) },
    ...member('FullName', signer.fullName),
    ...member('FirstName', signer.firstName),
    ...member('MiddleName', signer.middleName),
    ...member('LastName', signer.lastName),
    ...member('DateOfBirth', signer.dateOfBirth),
    ...member('UniqueId', signer.uniqueId),
    ...member('NationalNumber', signer.nationalNumber?.value, { countryCode: signer.nationalNumber?.countryCode }),
    ...member('Method', signer.method, { name: readable(signer.methodName) }),
    ...member('Mechanism', signer.mechanism),
    ...member('SignedAt', signer.signedAt.toISOString()),
    ...member('ClientIp', signer.clientIp),
    ...member('UserAgent', signer.userAgent),
    enclosed('Native', signer.native, { format: signer.native.format }),
    enclosed('Binding', signer.binding),
  );
}

function member(name: string, value: string | undefined, attributes: Record<string, string | undefined> = {}) {
  return value === undefined ? [] : [xmlElement(name, attributes, readable(value))];
}

function enclosed(name: string, file: PackagedFile, attributes: Record<string, string> = {}): XmlMarkup {
  const { buffer, byteOffset, byteLength } = file.content;
  return xmlElement(
    name,
    {
      ...attributes,
      fileName: readable(file.fileName),
      mediaType: file.mediaType,
      sizeBytes: String(byteLength),
      sha256: createHash('sha256').update(file.content).digest('hex'),
      encoding: 'base64',
    },
    Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
  );
}

/** XML has no way to write some characters that a name or a header may hold (XML 1.0 §2.2). */
function readable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters in question
  return text.toWellFormed().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
}
