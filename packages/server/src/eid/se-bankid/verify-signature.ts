import { createHash } from 'node:crypto';
import {
  AdesError,
  buildCertificatePath,
  type EnvelopingSignature,
  nameAttribute,
  readCertificate,
  readEnvelopingSignature,
  verifyOcspResponse,
} from '@segl/ades';
import { elementsOf, textOf, type XmlElement } from '@segl/ades/xml';
import type { EidNative } from '../eid-provider.ts';
import type { BoundFiles } from '../oidc/document-binding.ts';
import type { NativeVerdict } from '../verify-native.ts';
import { readSignedTexts, type SignedTexts } from './signed-texts.ts';

export const seBankIdNativeFormat = 'se_bankid_signature';

/** What is kept beside BankID's signature. */
export interface SeBankIdBinding {
  /** DER OCSPResponse on the signer's certificate, base64. */
  ocspResponse: string;
  /** DER of the roots that BankID's certificates were checked against, base64. */
  trustAnchors: readonly string[];
}

/** What the signature says of the person and of what was signed. Times are seconds, as in a JSON Web Token. */
export interface SeBankIdClaims {
  personalNumber: string;
  name: string;
  givenName: string;
  surname: string;
  /** The text that the app showed, and the other one. */
  signedTexts: SignedTexts;
  /** When BankID said that the certificate was good. */
  auth_time: number;
}

const namespace = 'http://www.bankid.com/signature/v1.0.0/types';
const digestBytes = 20;

/**
 * Checks BankID's signature from itself: the XML signature, the path of its certificate to a pinned root, the OCSP response
 * (good, and bound to this very signature by the first 20 bytes of its nonce, the SHA-1 of the signature's base64), and that
 * both signed texts name the same files. `trustAnchors` in place of the kept ones makes it independent of the keeper.
 */
export function verifySeBankId(
  native: EidNative,
  expected: BoundFiles,
  trustAnchors?: readonly Uint8Array[],
): NativeVerdict {
  const binding = readBinding(native.binding);
  if (!binding) return { valid: false, fault: 'malformed' };
  let signature: EnvelopingSignature;
  try {
    signature = readEnvelopingSignature(native.content, { maxBytes: 4 << 20, maxDepth: 40, maxNodes: 10_000 });
  } catch (error) {
    if (!(error instanceof AdesError)) throw error;
    return { valid: false, fault: error.code === 'signature_invalid' ? 'signature' : 'malformed' };
  }
  const texts = readTexts(signature.object);
  const files = texts && readSignedTexts(texts);
  if (!texts || !files) return { valid: false, fault: 'malformed' };
  const anchors = trustAnchors ?? binding.trustAnchors.map((anchor) => Buffer.from(anchor, 'base64'));
  const status = checkStatus(signature, native.content, binding);
  if ('fault' in status) return { valid: false, fault: status.fault };
  if (!isTrusted(signature, anchors, status.goodAt)) return { valid: false, fault: 'certificate' };

  const { login: _, ...bound } = files;
  if (expected.documentSha256 !== undefined && expected.documentSha256 !== bound.documentSha256) {
    return { valid: false, fault: 'document' };
  }
  if (expected.attachmentSha256?.some((digest) => !bound.attachmentSha256?.includes(digest))) {
    return { valid: false, fault: 'document' };
  }
  const { subject } = readCertificate(signature.certificates[0]!);
  const claims: SeBankIdClaims = {
    personalNumber: nameAttribute(subject, 'serialNumber') ?? '',
    name: nameAttribute(subject, 'CN') ?? '',
    givenName: nameAttribute(subject, 'GN') ?? '',
    surname: nameAttribute(subject, 'SN') ?? '',
    signedTexts: texts,
    auth_time: Math.floor(status.goodAt.getTime() / 1000),
  };
  return { valid: true, claims: { ...claims }, ...bound };
}

function checkStatus(
  { certificates }: EnvelopingSignature,
  content: Buffer,
  { ocspResponse }: SeBankIdBinding,
): { goodAt: Date } | { fault: 'revocation' | 'nonce' } {
  const [certificate, issuer] = certificates;
  if (!certificate || !issuer) return { fault: 'revocation' };
  try {
    const response = verifyOcspResponse(Buffer.from(ocspResponse, 'base64'), { certificate, issuer });
    if (response.certificateStatus.status !== 'good') return { fault: 'revocation' };
    const digest = createHash('sha1').update(content.toString('base64'), 'utf8').digest();
    const nonce = Buffer.from(response.nonce ?? []);
    if (nonce.length <= digestBytes || !nonce.subarray(0, digestBytes).equals(digest)) return { fault: 'nonce' };
    return { goodAt: response.producedAt };
  } catch (error) {
    if (!(error instanceof AdesError)) throw error;
    return { fault: 'revocation' };
  }
}

/** The issuer that vouched for the status must be the one in the path. */
function isTrusted({ certificates }: EnvelopingSignature, trustAnchors: readonly Uint8Array[], at: Date): boolean {
  const [certificate, ...intermediates] = certificates;
  try {
    const path = buildCertificatePath({
      certificate: certificate!,
      intermediates,
      trustAnchors,
      at,
      purpose: 'signature',
    });
    return path[1] !== undefined && Buffer.from(path[1]).equals(Buffer.from(intermediates[0]!));
  } catch (error) {
    if (error instanceof AdesError) return false;
    throw error;
  }
}

function readTexts(object: XmlElement): SignedTexts | undefined {
  if (object.uri !== namespace || object.local !== 'bankIdSignedData') return undefined;
  const read = (local: string): string | undefined => {
    const found = elementsOf(object).filter((element) => element.uri === namespace && element.local === local);
    return found.length === 1 ? Buffer.from(textOf(found[0]!), 'base64').toString('utf8') : undefined;
  };
  const [visible, nonVisible] = [read('usrVisibleData'), read('usrNonVisibleData')];
  return visible === undefined || nonVisible === undefined ? undefined : { visible, nonVisible };
}

function readBinding({ ocspResponse, trustAnchors }: Record<string, unknown>): SeBankIdBinding | undefined {
  const isComplete =
    typeof ocspResponse === 'string' &&
    Array.isArray(trustAnchors) &&
    trustAnchors.every((anchor) => typeof anchor === 'string');
  return isComplete ? { ocspResponse, trustAnchors } : undefined;
}
