import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { ALGORITHMS, type DigestAlgorithm } from '../asn1/algorithms.ts';
import { type BaselineServices, reachesLevel, requireServices } from '../baseline-level.ts';
import { type DetachedContent, digestContent, requireDigest } from '../content-digest.ts';
import type { SignatureProvider } from '../ports.ts';
import { completeValidationData, emptyValidationData, type ValidationData } from '../revocation/validation-data.ts';
import { requestTimeStamp } from '../timestamp/time-stamp-verification.ts';
import { canonicalize, EXCLUSIVE_C14N } from '../xml/exclusive-c14n.ts';
import { BASE64_TRANSFORM, ENVELOPED_TRANSFORM, uriOfName } from '../xml/xml-algorithms.ts';
import { readXml, type XmlDocument } from '../xml/xml-tree.ts';
import { writeXml, type XmlMarkup } from '../xml/xml-writer.ts';
import { requireContents, xadesArchiveImprint } from './archive-time-stamp.ts';
import { readXades } from './read-xades.ts';
import { verifyXades, type XadesVerification, xadesPaths } from './verify-xades.ts';
import { buildXadesSignature, type UnsignedProperties, type XadesReference } from './xades-signature.ts';

/** A content inside the signature, in base64: signed as the bytes that it is, XML or not. */
export interface EnclosedObject {
  mimeType: string;
  content: Uint8Array;
}

/** A file that stays beside the signature, named by a relative URI and signed by its digest. */
export interface DetachedObject {
  name: string;
  mimeType: string;
  content: DetachedContent;
}

/**
 * What a XAdES signature is about: an XML document that envelops it, or contents inside (enveloping), files beside it
 * (detached), or both of these.
 */
export type XadesContent =
  | { enveloped: Uint8Array; mimeType?: string }
  | { enclosed?: readonly EnclosedObject[]; detached?: readonly DetachedObject[] };

export interface XadesSigning extends BaselineServices {
  provider: SignatureProvider;
  /** Claimed time; whole seconds are written. */
  signingTime: Date;
}

export interface SignedXades {
  /** UTF-8. An enveloping document is as it was, with the signature before the end tag of its root. */
  bytes: Uint8Array;
  /** The self-check that the signature passed before it was given out. */
  verification: XadesVerification;
}

/**
 * Signs at a baseline level of XAdES (ETSI EN 319 132-1 §6). The level is reached or refused, never lowered;
 * the result is verified before it is given out.
 * @throws AdesError `xml_invalid` when an enveloping document cannot be read; `level_not_possible`;
 *   `content_missing`, at B-LTA also for files that are known by their digests only, `content_digest_missing`, `certificate_missing`, `timestamp_invalid`, `timestamp_refused`,
 *   `validation_data_missing`, `ocsp_invalid`, `crl_invalid`, `certificate_revoked`, `certificate_path_invalid`;
 *   `output_invalid` when the self-check fails
 */
export async function signXades(request: XadesSigning & { content: XadesContent }): Promise<SignedXades> {
  const { content, level, trustAnchors } = request;
  if ('enveloped' in content) {
    const document = readXml(content.enveloped);
    const signature = await signReferences(request, [await referToDocument(document, content.mimeType, request)]);
    return checkOutput(insertSignature(document, signature), { level, trustAnchors });
  }
  const { enclosed = [], detached = [] } = content;
  const digests = new Map<string, DetachedContent>();
  const { digest } = ALGORITHMS[request.provider.algorithm];
  const references = enclosed.map((object, index) => referToObject(object, index, digest));
  for (const object of detached) {
    const reference = await referToFile(object, digest);
    digests.set(object.name, reference.content ?? { digests: { [digest]: reference.digestValue } });
    references.push(reference);
  }
  const signature = await signReferences(request, references, enclosed);
  return checkOutput(writeXml(signature), { level, trustAnchors, detached: digests });
}

async function referToDocument(
  document: XmlDocument,
  mimeType: string | undefined,
  { provider }: XadesSigning,
): Promise<XadesReference> {
  const canonical = canonicalize(document);
  return {
    uri: '',
    mimeType: mimeType ?? 'application/xml',
    transforms: [ENVELOPED_TRANSFORM, EXCLUSIVE_C14N],
    digestValue: createHash(ALGORITHMS[provider.algorithm].digest).update(canonical).digest(),
    content: canonical,
  };
}

function referToObject({ mimeType, content }: EnclosedObject, index: number, digest: DigestAlgorithm): XadesReference {
  return {
    uri: { object: index },
    mimeType,
    transforms: [BASE64_TRANSFORM],
    digestValue: createHash(digest).update(content).digest(),
    content,
  };
}

export async function referToFile(
  { name, mimeType, content }: DetachedObject,
  digest: DigestAlgorithm,
): Promise<XadesReference> {
  const digestValue = requireDigest(await digestContent(content, [digest]), digest);
  const bytes = content instanceof Uint8Array ? { content } : {};
  return { uri: uriOfName(name), mimeType, transforms: [], digestValue, ...bytes };
}

/** Makes the signature over the references, with the unsigned properties that its level asks for. */
export async function signReferences(
  signing: XadesSigning,
  references: readonly XadesReference[],
  objects: readonly EnclosedObject[] = [],
): Promise<XmlMarkup> {
  requireServices(signing);
  if (references.length === 0) throw new AdesError('content_missing', 'there is nothing to sign');
  const { provider, signingTime, level, tsa, trustAnchors } = signing;
  const signature = await buildXadesSignature({ provider, signingTime, references, objects });
  if (!reachesLevel(level, 'B-T')) return signature.write({});
  const { digest } = ALGORITHMS[provider.algorithm];
  const made = {
    canonicalValue: signature.canonicalValue,
    certificates: provider.certificateChain,
    signingTime,
    digest,
  };
  const unsigned = await gatherUnsignedProperties(made, signing);
  if (reachesLevel(level, 'B-LTA')) {
    const document = readXml(writeXml(signature.write(unsigned)));
    const read = readXades(document.root, document.root);
    const archived = xadesArchiveImprint(read, requireContents(references), read.unsignedProperties, digest);
    unsigned.archiveTimeStamps = [(await requestTimeStamp(tsa!, digest, archived, trustAnchors)).bytes];
  }
  return signature.write(unsigned);
}

/** The time-stamp over a signature value, and from B-LT on the data that proves all certificates. */
export async function gatherUnsignedProperties(
  signature: {
    /** Canonical SignatureValue. */
    canonicalValue: Uint8Array;
    /** The signing certificate first. */
    certificates: readonly Uint8Array[];
    signingTime: Date;
    digest: DigestAlgorithm;
  },
  { level, tsa, revocation, trustAnchors }: BaselineServices,
): Promise<UnsignedProperties> {
  const { canonicalValue, certificates, signingTime, digest } = signature;
  const imprint = createHash(digest).update(canonicalValue).digest();
  const token = await requestTimeStamp(tsa!, digest, imprint, trustAnchors);
  if (!reachesLevel(level, 'B-LT')) return { timeStamp: token.bytes };
  const paths = xadesPaths({ signer: certificates[0]!, signingTime, certificates, token, trustAnchors });
  const validationData: ValidationData = emptyValidationData();
  const now = new Date(Math.max(signingTime.getTime(), token.generatedAt.getTime()));
  await completeValidationData(paths, revocation!, now, validationData);
  return { timeStamp: token.bytes, validationData };
}

/** Puts the signature in as the last child of the root; all other bytes stay as they are. */
function insertSignature({ text, root, rootEnd, rootLimit }: XmlDocument, { markup }: XmlMarkup): Buffer {
  if (rootEnd !== undefined) return Buffer.from(text.slice(0, rootEnd) + markup + text.slice(rootEnd), 'utf8');
  const name = root.prefix ? `${root.prefix}:${root.local}` : root.local;
  return Buffer.from(`${text.slice(0, rootLimit - 2)}>${markup}</${name}>${text.slice(rootLimit)}`, 'utf8');
}

export async function checkOutput(
  bytes: Buffer,
  options: Pick<BaselineServices, 'level' | 'trustAnchors'> & { detached?: ReadonlyMap<string, DetachedContent> },
): Promise<SignedXades> {
  const verification = await verifyXades(bytes, options);
  if (!verification.valid) throw new AdesError('output_invalid', verification.problems.join('; '));
  if (!reachesLevel(verification.level, options.level)) {
    throw new AdesError('output_invalid', `the signature reaches ${verification.level} instead of ${options.level}`);
  }
  return { bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), verification };
}
