import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import {
  type Asn1Node,
  asOctetString,
  asOid,
  asSmallInteger,
  childAt,
  children,
  readDer,
  retag,
  SequenceReader,
  transcodeBer,
  unwrapExplicit,
} from '../asn1/der-reader.ts';
import { TAG } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';
import type { SignatureAlgorithm, SignatureProvider } from '../ports.ts';
import { type Certificate, isSignedBy, readCertificate, sameBytes } from '../x509/certificate-reader.ts';
import { localSignatureProvider } from './local-signature-provider.ts';
import { checkMac, decryptWithPassword, wrongPassword } from './pkcs12-encryption.ts';

const ENCRYPTED_DATA = '1.2.840.113549.1.7.6';
const BAG = {
  key: '1.2.840.113549.1.12.10.1.1',
  shroudedKey: '1.2.840.113549.1.12.10.1.2',
  certificate: '1.2.840.113549.1.12.10.1.3',
  safeContents: '1.2.840.113549.1.12.10.1.6',
} as const;
const X509_CERTIFICATE = '1.2.840.113549.1.9.22.1';
const MAX_BYTES = 4 << 20;

export interface Pkcs12 {
  privateKey: KeyObject;
  /** DER certificates: that of the key, then its issuers as far as the file has them. */
  certificateChain: Uint8Array[];
}

function invalid(message: string, cause?: unknown): never {
  throw new AdesError('pkcs12_invalid', message, { cause });
}

/**
 * Reads a PKCS#12 file with one private key (RFC 7292): integrity by password (HMAC with the KDF of PKCS#12, or PBMAC1),
 * privacy by PBES2 with AES or triple DES, or by the older schemes with triple DES and RC2. A file without a MAC is read
 * too, as its certificate must belong to its key anyway.
 * @throws AdesError `pkcs12_password` when the password is wrong, `pkcs12_invalid`, `asn1_invalid`,
 *   `algorithm_unsupported`, `certificate_invalid`
 */
export async function readPkcs12(bytes: Uint8Array, password: string): Promise<Pkcs12> {
  if (bytes.length > MAX_BYTES) invalid('the file is too large');
  // PFX ::= SEQUENCE { version INTEGER {v3(3)}, authSafe ContentInfo, macData MacData OPTIONAL }
  const pfx = new SequenceReader(readDer(transcodeBer(bytes)));
  if (asSmallInteger(pfx.next(TAG.integer)) !== 3) invalid('only version 3 is read');
  const authenticatedSafe = readData(pfx.next(TAG.sequence));
  const macData = pfx.optional(TAG.sequence);
  const opening = macData ? await findPassword(macData, authenticatedSafe, password) : password;
  const contents = new Pkcs12Contents(opening);
  for (const contentInfo of children(readDer(transcodeBer(authenticatedSafe))))
    await contents.addContentInfo(contentInfo);
  return contents.finish();
}

/** An empty password is nothing at all to some writers. */
async function findPassword(macData: Asn1Node, content: Uint8Array, password: string): Promise<string | undefined> {
  if (await checkMac(macData, content, password)) return password;
  if (password === '' && (await checkMac(macData, content, undefined))) return undefined;
  throw wrongPassword();
}

/** The OCTET STRING of a ContentInfo of type data. */
function readData(contentInfo: Asn1Node): Uint8Array {
  const [type, content] = children(contentInfo);
  if (!type || !content || asOid(type) !== OID.data) return invalid('the file is protected by public keys');
  return joinOctets(unwrapExplicit(content));
}

/** An OCTET STRING, which BER may have cut in pieces. */
function joinOctets(node: Asn1Node): Uint8Array {
  if ((node.tag & 0x20) === 0) return asOctetString(retag(node, TAG.octetString));
  return Buffer.concat(children(node).map(joinOctets));
}

class Pkcs12Contents {
  private readonly password: string | undefined;
  private readonly keys: KeyObject[] = [];
  private readonly certificates: Certificate[] = [];

  constructor(password: string | undefined) {
    this.password = password;
  }

  async addContentInfo(contentInfo: Asn1Node): Promise<void> {
    if (asOid(childAt(contentInfo, 0)) !== ENCRYPTED_DATA) {
      await this.addSafeContents(readData(contentInfo));
      return;
    }
    // EncryptedData ::= SEQUENCE { version, EncryptedContentInfo ::= SEQUENCE { type, algorithm, [0] IMPLICIT content } }
    const encrypted = new SequenceReader(childAt(unwrapExplicit(childAt(contentInfo, 1)), 1));
    encrypted.next(TAG.oid);
    const algorithm = encrypted.next(TAG.sequence);
    await this.addSafeContents(await decryptWithPassword(algorithm, joinOctets(encrypted.next()), this.password));
  }

  /** `SafeBag ::= SEQUENCE { bagId, bagValue [0] EXPLICIT, bagAttributes SET OPTIONAL }` */
  private async addSafeContents(bytes: Uint8Array): Promise<void> {
    await this.addBags(readDer(transcodeBer(bytes)));
  }

  private async addBags(safeContents: Asn1Node): Promise<void> {
    for (const bag of children(safeContents)) {
      const type = asOid(childAt(bag, 0));
      const value = unwrapExplicit(childAt(bag, 1));
      if (type === BAG.key) this.addKey(value.bytes);
      else if (type === BAG.shroudedKey) {
        const [algorithm, data] = children(value);
        if (!algorithm || !data) invalid('a key cannot be read');
        this.addKey(await decryptWithPassword(algorithm, joinOctets(data), this.password));
      } else if (type === BAG.certificate) this.addCertificate(value);
      else if (type === BAG.safeContents) await this.addBags(value);
    }
  }

  private addKey(pkcs8: Uint8Array): void {
    try {
      this.keys.push(createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' }));
    } catch (cause) {
      invalid('a key cannot be read', cause);
    }
  }

  private addCertificate(value: Asn1Node): void {
    const [type, wrapped] = children(value);
    if (!type || !wrapped || asOid(type) !== X509_CERTIFICATE) return;
    this.certificates.push(readCertificate(joinOctets(unwrapExplicit(wrapped))));
  }

  finish(): Pkcs12 {
    const [privateKey, second] = this.keys;
    if (!privateKey || second) return invalid('the file must have exactly one private key');
    const spki = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
    const leaf = this.certificates.find((certificate) =>
      certificate.publicKey.export({ type: 'spki', format: 'der' }).equals(spki),
    );
    if (!leaf) return invalid('the certificate of the key is not in the file');
    const chain = [leaf];
    for (let issuer = this.issuerOf(leaf, chain); issuer; issuer = this.issuerOf(issuer, chain)) chain.push(issuer);
    return { privateKey, certificateChain: chain.map((certificate) => certificate.bytes) };
  }

  private issuerOf(certificate: Certificate, chain: readonly Certificate[]): Certificate | undefined {
    return this.certificates.find(
      (candidate) =>
        sameBytes(candidate.subjectBytes, certificate.issuerBytes) &&
        !chain.includes(candidate) &&
        isSignedBy(certificate, candidate),
    );
  }
}

/**
 * A provider on the key of a PKCS#12 file.
 * @throws AdesError as `readPkcs12` and `localSignatureProvider`
 */
export async function pkcs12SignatureProvider(
  bytes: Uint8Array,
  password: string,
  algorithm?: SignatureAlgorithm,
): Promise<SignatureProvider> {
  const { privateKey, certificateChain } = await readPkcs12(bytes, password);
  return localSignatureProvider(privateKey, certificateChain, algorithm);
}
