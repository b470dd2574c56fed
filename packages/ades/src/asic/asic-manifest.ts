import { createHash } from 'node:crypto';
import { AdesError } from '../ades-error.ts';
import type { DigestAlgorithm } from '../asn1/algorithms.ts';
import {
  digestFromUri,
  digestUri,
  fromBase64,
  nameOfUri,
  toBase64,
  uriOfName,
  XMLDSIG,
} from '../xml/xml-algorithms.ts';
import { attributeOf, elementsOf, readXml, textOf, type XmlElement } from '../xml/xml-tree.ts';
import { writeXml, xml } from '../xml/xml-writer.ts';

export const ASIC = 'http://uri.etsi.org/02918/v1.2.1#';

/** A file that a signature is about. */
export interface AsicFile {
  /** Path in the container, with `/` between folders. */
  name: string;
  /** Media type, such as `application/pdf`. */
  mimeType: string;
  content: Uint8Array;
}

export interface AsicManifest {
  /** Path of the signature file that signs this manifest. */
  signatureName: string;
  files: { name: string; mimeType: string | undefined; digest: DigestAlgorithm; value: Uint8Array }[];
}

function invalid(message: string): never {
  throw new AdesError('asic_invalid', message);
}

/** ASiCManifest (ETSI EN 319 162-1 §A.4): the file that the signature signs, with the digest of every data file. */
export function writeAsicManifest(
  signatureName: string,
  signatureMimeType: string,
  files: readonly AsicFile[],
  digest: DigestAlgorithm,
): Buffer {
  return writeXml(
    xml(
      'asic:ASiCManifest',
      { 'xmlns:asic': ASIC, 'xmlns:ds': XMLDSIG },
      xml('asic:SigReference', { URI: uriOfName(signatureName), MimeType: signatureMimeType }),
      ...files.map(({ name, mimeType, content }) =>
        xml(
          'asic:DataObjectReference',
          { URI: uriOfName(name), MimeType: mimeType },
          xml('ds:DigestMethod', { Algorithm: digestUri(digest) }),
          xml('ds:DigestValue', {}, toBase64(createHash(digest).update(content).digest())),
        ),
      ),
    ),
  );
}

/** @throws AdesError `xml_invalid`, `asic_invalid`, `algorithm_unsupported` */
export function readAsicManifest(bytes: Uint8Array): AsicManifest {
  const { root } = readXml(bytes, { maxBytes: 4 << 20, maxDepth: 16 });
  if (root.uri !== ASIC || root.local !== 'ASiCManifest') invalid('it is not an ASiCManifest');
  const [signature, ...references] = elementsOf(root);
  if (!signature || signature.uri !== ASIC || signature.local !== 'SigReference')
    invalid('the manifest has no signature');
  const files = references.map(readReference);
  if (files.length === 0) invalid('the manifest is about no file');
  if (new Set(files.map(({ name }) => name)).size !== files.length) invalid('the manifest has a file twice');
  return { signatureName: readName(signature), files };
}

function readReference(element: XmlElement): AsicManifest['files'][number] {
  const [method, value, extra] = elementsOf(element);
  const right =
    element.uri === ASIC &&
    element.local === 'DataObjectReference' &&
    method?.uri === XMLDSIG &&
    method.local === 'DigestMethod' &&
    value?.uri === XMLDSIG &&
    value.local === 'DigestValue' &&
    !extra;
  // Extensions may be critical; none is understood here.
  if (!right) return invalid('the manifest has a member that is not read');
  return {
    name: readName(element),
    mimeType: attributeOf(element, 'MimeType'),
    digest: digestFromUri(attributeOf(method, 'Algorithm')),
    value: fromBase64(textOf(value)),
  };
}

function readName(element: XmlElement): string {
  return nameOfUri(attributeOf(element, 'URI') ?? '%') ?? invalid('the manifest names no file of the container');
}

const ODF_MANIFEST = 'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0';

/**
 * The list of files with their media types that readers of XAdES containers expect (OpenDocument 1.2 part 3 §4.3; ETSI EN
 * 319 162-1 §A.6). Nobody signs it: media types that count are in the signatures.
 */
export const writeFileList = (files: readonly AsicFile[], containerMimeType: string): Buffer =>
  writeXml(
    xml(
      'manifest:manifest',
      { 'xmlns:manifest': ODF_MANIFEST, 'manifest:version': '1.2' },
      ...[{ name: '/', mimeType: containerMimeType }, ...files].map(({ name, mimeType }) =>
        xml('manifest:file-entry', { 'manifest:full-path': name, 'manifest:media-type': mimeType }),
      ),
    ),
  );
