import { type Asn1Node, asOid, children, expectTag } from '../asn1/der-reader.ts';
import { oid, printableString, sequence, setOf, TAG, utf8String } from '../asn1/der-writer.ts';
import { OID } from '../asn1/oids.ts';

const ATTRIBUTE_TYPES = {
  C: OID.countryName,
  O: OID.organizationName,
  OU: OID.organizationalUnitName,
  L: OID.localityName,
  CN: OID.commonName,
  GN: OID.givenName,
  SN: OID.surname,
  serialNumber: OID.serialNumber,
  pseudonym: OID.pseudonym,
  organizationIdentifier: OID.organizationIdentifier,
} as const;

/** Short names of the attributes that certificates here carry; other types go by their dotted identifier. */
export type AttributeType = keyof typeof ATTRIBUTE_TYPES | (string & {});

/** A distinguished name: one attribute per RDN, most significant first (country, organisation, …, common name). */
export type DistinguishedName = readonly { type: AttributeType; value: string }[];

/**
 * `Name ::= RDNSequence` (RFC 5280 §4.1.2.4). Country and serial number are PrintableString as X.520 demands, the
 * rest UTF8String.
 */
export function encodeName(name: DistinguishedName): Uint8Array {
  return sequence(
    ...name.map(({ type, value }) => {
      const dotted = (ATTRIBUTE_TYPES as Record<string, string>)[type] ?? type;
      const printable = dotted === OID.countryName || dotted === OID.serialNumber;
      return setOf(sequence(oid(dotted), printable ? printableString(value) : utf8String(value)));
    }),
  );
}

/** Reads a `Name` into attributes; types without a short name keep their dotted identifier. */
export function decodeName(node: Asn1Node): { type: string; value: string }[] {
  expectTag(node, TAG.sequence);
  const shortNames = new Map<string, string>(Object.entries(ATTRIBUTE_TYPES).map(([short, dotted]) => [dotted, short]));
  const out: { type: string; value: string }[] = [];
  for (const rdn of children(node)) {
    for (const attribute of children(expectTag(rdn, TAG.set))) {
      const [type, value] = children(attribute);
      if (!type || !value) continue;
      const dotted = asOid(type);
      out.push({ type: shortNames.get(dotted) ?? dotted, value: decodeDirectoryString(value) });
    }
  }
  return out;
}

function decodeDirectoryString(node: Asn1Node): string {
  const bytes = Buffer.from(node.contents);
  if (node.tag === TAG.utf8String) return bytes.toString('utf8');
  if (node.tag === 0x1e && bytes.length % 2 === 0) return Buffer.from(bytes).swap16().toString('utf16le');
  return bytes.toString('latin1');
}

/** The value of the last attribute of this type (the common name of a certificate's subject, say). */
export function nameAttribute(
  name: readonly { type: string; value: string }[],
  type: AttributeType,
): string | undefined {
  return name.findLast((attribute) => attribute.type === type)?.value;
}
