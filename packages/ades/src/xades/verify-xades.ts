import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import { verifyWithKey } from '../asn1/algorithms.ts';
import { ecdsaFromConcatenated } from '../asn1/ecdsa-signature.ts';
import type { VerifiedSigner } from '../baseline-level.ts';
import { type DetachedContent, digestContent, requireDigest } from '../content-digest.ts';
import { namesOfMissingStatus, type TimedPath } from '../revocation/validation-data.ts';
import { type TimeStampToken, verifyTimeStampToken } from '../timestamp/time-stamp-verification.ts';
import { buildCertificatePath } from '../x509/certificate-path.ts';
import { type Certificate, readCertificate, sameBytes } from '../x509/certificate-reader.ts';
import { canonicalize, EXCLUSIVE_C14N } from '../xml/exclusive-c14n.ts';
import { BASE64_TRANSFORM, ENVELOPED_TRANSFORM, fromBase64, nameOfUri } from '../xml/xml-algorithms.ts';
import { elementsOf, readXml, textOf, type XmlDocument, type XmlElement, type XmlLimits } from '../xml/xml-tree.ts';
import { requireContents, xadesArchiveImprint } from './archive-time-stamp.ts';
import { isDs, type ReadReference, type ReadXades, readXades } from './read-xades.ts';

/** One thing that was signed. */
export interface SignedXadesObject {
  /** Name of a detached file; nothing for what is in the document. */
  name: string | undefined;
  mimeType: string | undefined;
  /**
   * The very bytes that the digest is over: those of an enveloped document are canonical and without comments. Nothing
   * for a detached file.
   */
  content: Uint8Array | undefined;
}

export interface XadesVerification extends VerifiedSigner {
  valid: boolean;
  /** Times of the archive time-stamps, oldest first. */
  archivedAt: Date[];
  /** What was signed, in the order of the references; to be used in place of the document. */
  signed: SignedXadesObject[];
}

export interface XadesVerificationOptions {
  trustAnchors: readonly Uint8Array[];
  /** Contents of detached files by their names. Nothing is fetched from anywhere. */
  detached?: ReadonlyMap<string, DetachedContent>;
  limits?: XmlLimits;
}

/**
 * Verifies a XAdES signature (ETSI EN 319 132-1) as this library makes them. An enveloped signature is the last element
 * in the root, an enveloping or detached one is the root. References resolve by place and not by Id, and take only the
 * transforms that their place asks for; `signed` has what was really signed.
 * @throws AdesError `xml_invalid`, `xades_invalid`, `algorithm_unsupported` when it cannot be read
 */
export async function verifyXades(bytes: Uint8Array, options: XadesVerificationOptions): Promise<XadesVerification> {
  const { element, document } = findXades(bytes, options.limits);
  return verifyXadesElement(element, document, options);
}

/** The signature in its place. @throws AdesError `xml_invalid`, `xades_invalid` */
export function findXades(bytes: Uint8Array, limits?: XmlLimits): { element: XmlElement; document: XmlDocument } {
  const document = readXml(bytes, limits);
  const element = isDs(document.root, 'Signature') ? document.root : elementsOf(document.root).at(-1);
  if (element && isDs(element, 'Signature')) return { element, document };
  throw new AdesError('xades_invalid', 'there is no signature in its place');
}

export async function verifyXadesElement(
  element: XmlElement,
  document: XmlDocument,
  options: XadesVerificationOptions,
): Promise<XadesVerification> {
  const read = readXades(element, document.root);
  const verified: XadesVerification = {
    valid: false,
    level: undefined,
    signed: [],
    subject: [],
    claimedAt: read.signingTime,
    stampedAt: undefined,
    archivedAt: [],
    path: [],
    missingStatus: [],
    problems: [],
  };
  try {
    const signer = findSigner(read);
    verified.subject = [...signer.subject];
    checkSignatureValue(read, signer);
    checkPropertiesReference(read);
    verified.signed = await checkReferences(read, document, options);
    const token = verifyStamp(read, options.trustAnchors);
    verified.stampedAt = token?.generatedAt;
    const archives = verifyArchiveTimeStamps(read, verified.signed, options);
    verified.archivedAt = archives.map(({ generatedAt }) => generatedAt);
    const paths = xadesPaths({
      signer: signer.bytes,
      signingTime: read.signingTime,
      certificates: [...read.certificates, ...read.certificateValues],
      token,
      archives,
      trustAnchors: options.trustAnchors,
    });
    verified.path = [...paths[0]!.path];
    const { crls, ocspResponses } = read;
    verified.missingStatus = namesOfMissingStatus({ certificates: [], crls, ocspResponses }, paths);
    verified.level = !token
      ? 'B-B'
      : verified.missingStatus.length > 0
        ? 'B-T'
        : archives.length > 0
          ? 'B-LTA'
          : 'B-LT';
  } catch (error) {
    if (!(error instanceof AdesError)) throw error;
    verified.problems.push(error.message);
  }
  verified.valid = verified.problems.length === 0;
  return verified;
}

function broken(message: string): never {
  throw new AdesError('signature_invalid', message);
}

/** The certificate of KeyInfo that the signed SigningCertificateV2 names; KeyInfo itself is not signed. */
export function findSigner({ certificates, certificateDigest: { digest, value } }: ReadXades): Certificate {
  const found = certificates.find((bytes) => sameBytes(createHash(digest).update(bytes).digest(), value));
  return readCertificate(found ?? broken('the signing certificate is not the one that was signed for'));
}

export function checkSignatureValue({ signedInfo, signatureValue, algorithm }: ReadXades, signer: Certificate): void {
  const signature = ecdsaFromConcatenated(algorithm, fromBase64(textOf(signatureValue)));
  const right = signature && verifyWithKey(algorithm, signer.publicKey, canonicalize(signedInfo), signature);
  if (!right) broken('the signature value does not verify');
}

export function checkPropertiesReference({ propertiesReference: reference, signedProperties }: ReadXades): void {
  expectTransforms(reference, [EXCLUSIVE_C14N]);
  if (!sameBytes(createHash(reference.digest).update(canonicalize(signedProperties)).digest(), reference.value)) {
    broken('the signed properties were changed');
  }
}

function expectTransforms({ transforms }: ReadReference, expected: readonly string[]): void {
  if (transforms.join(' ') !== expected.join(' ')) broken('a Reference has transforms that do not belong there');
}

export async function checkReferences(
  read: ReadXades,
  document: XmlDocument,
  options: XadesVerificationOptions,
): Promise<SignedXadesObject[]> {
  const { references, objects, mimeTypes } = read;
  if (references.length === 0) broken('nothing is signed');
  if (new Set(references.map(({ uri }) => uri)).size !== references.length) broken('a Reference stands twice');
  const signed: SignedXadesObject[] = [];
  for (const reference of references) {
    const mimeType = reference.id === undefined ? undefined : mimeTypes.get(`#${reference.id}`);
    signed.push({ mimeType, ...(await checkReference(reference, read, document, options)) });
  }
  for (const id of objects.keys()) {
    if (!references.some(({ uri }) => uri === `#${id}`)) broken('data inside the signature is not signed');
  }
  return signed;
}

async function checkReference(
  reference: ReadReference,
  { element, objects }: ReadXades,
  document: XmlDocument,
  { detached }: XadesVerificationOptions,
): Promise<Pick<SignedXadesObject, 'name' | 'content'>> {
  const { uri, digest, value } = reference;
  if (uri === '') {
    if (element.parent !== document.root) broken('the signature is not enveloped by what it is about');
    expectTransforms(reference, [ENVELOPED_TRANSFORM, EXCLUSIVE_C14N]);
    return { name: undefined, content: expectDigest(canonicalize(document, element), reference) };
  }
  if (uri.startsWith('#')) {
    const object = objects.get(uri.slice(1)) ?? broken('a Reference leads to something outside the signature');
    expectTransforms(reference, [BASE64_TRANSFORM]);
    return { name: undefined, content: expectDigest(fromBase64(textOf(object)), reference) };
  }
  expectTransforms(reference, []);
  const name = nameOfUri(uri) ?? broken('a Reference names no file');
  const content = detached?.get(name);
  if (!content) throw new AdesError('content_missing', `the content of ${name} is needed`);
  const actual = requireDigest(await digestContent(content, [digest]), digest);
  if (!sameBytes(actual, value)) broken(`${name} was changed`);
  return { name, content: undefined };
}

function expectDigest(content: Uint8Array, { digest, value }: ReadReference): Uint8Array {
  if (!sameBytes(createHash(digest).update(content).digest(), value)) broken('what was signed was changed');
  return content;
}

function verifyStamp(
  { timeStamp, signatureValue }: ReadXades,
  trustAnchors: readonly Uint8Array[],
): TimeStampToken | undefined {
  if (!timeStamp) return undefined;
  return verifyTimeStampToken(timeStamp, {
    imprint: (digest) => createHash(digest).update(canonicalize(signatureValue)).digest(),
    trustAnchors,
  });
}

function verifyArchiveTimeStamps(
  read: ReadXades,
  signed: readonly SignedXadesObject[],
  { trustAnchors, detached }: XadesVerificationOptions,
): TimeStampToken[] {
  return read.archiveTimeStamps.map(({ token, covered }) =>
    verifyTimeStampToken(token, {
      imprint: (digest) => xadesArchiveImprint(read, requireContents(signed, detached), covered, digest),
      trustAnchors,
    }),
  );
}

/** Paths of the signer, of the TSA of the signature time-stamp and of those of archive time-stamps. */
export function xadesPaths(input: {
  signer: Uint8Array;
  signingTime: Date;
  certificates: readonly Uint8Array[];
  token: TimeStampToken | undefined;
  archives?: readonly TimeStampToken[];
  trustAnchors: readonly Uint8Array[];
}): TimedPath[] {
  const { signer, signingTime, certificates, token, archives = [], trustAnchors } = input;
  const at = token?.generatedAt ?? signingTime;
  const path = buildCertificatePath({
    certificate: signer,
    intermediates: certificates,
    trustAnchors,
    at,
    purpose: 'signature',
  });
  const ofToken = ({ signer: certificate, certificates: own, generatedAt }: TimeStampToken): TimedPath => ({
    path: buildCertificatePath({
      certificate,
      intermediates: [...own, ...certificates],
      trustAnchors,
      at: generatedAt,
      purpose: 'time_stamping',
    }),
    at: generatedAt,
  });
  return [{ path, at }, ...[...(token ? [token] : []), ...archives].map(ofToken)];
}
