import { AdesError } from '../ades-error.ts';
import { OID } from '../asn1/oids.ts';
import type { RevocationSource } from '../ports.ts';
import { readCertificate, sameBytes } from '../x509/certificate-reader.ts';
import { verifyCrl } from './crl.ts';
import { ocspResponseCertificates, verifyOcspResponse } from './ocsp-response.ts';

/** Certificates, OCSP responses and CRLs by which signatures can be validated offline; all DER. */
export interface ValidationData {
  certificates: Uint8Array[];
  ocspResponses: Uint8Array[];
  crls: Uint8Array[];
}

export const emptyValidationData = (): ValidationData => ({ certificates: [], ocspResponses: [], crls: [] });

/** Certificates on whose status no data is asked for: trust anchors, and responders marked ocsp-nocheck. */
function needsNoStatus(certificate: Uint8Array): boolean {
  return readCertificate(certificate).extensions.has(OID.ocspNocheck);
}

/**
 * Gathers and verifies revocation data for every certificate of the paths but their anchors: an OCSP response when the
 * source has one, a CRL otherwise.
 * @param paths certification paths, end certificate first, anchor last
 * @param at control time for the data's validity
 * @throws AdesError `certificate_revoked`; `validation_data_missing` when a certificate's status stays unknown
 */
export async function gatherValidationData(
  paths: readonly (readonly Uint8Array[])[],
  source: RevocationSource,
  at: Date,
  data: ValidationData = emptyValidationData(),
): Promise<ValidationData> {
  const asked = new Set<string>();
  const queue = paths.map((path) => [...path]);
  for (let path = queue.shift(); path; path = queue.shift()) {
    for (const certificate of path) addUnique(data.certificates, certificate);
    for (const [index, certificate] of path.slice(0, -1).entries()) {
      const issuer = path[index + 1]!;
      const key = Buffer.from(certificate).toString('base64');
      if (asked.has(key) || needsNoStatus(certificate)) continue;
      asked.add(key);
      if (hasStatus(data, certificate, issuer, at)) continue;
      const responder = await fetchStatus(certificate, issuer, source, at, data);
      // A delegated responder is one more certificate to be accounted for.
      if (responder && !sameBytes(responder, issuer)) queue.push([responder, ...path.slice(index + 1)]);
    }
  }
  return data;
}

/** A certification path, end certificate first and anchor last, with the time at which it has to hold. */
export interface TimedPath {
  path: readonly Uint8Array[];
  at: Date;
}

/**
 * Adds to the data what it lacks to prove the paths: all of their certificates, and revocation data for those whose
 * status it does not prove yet.
 * @param now control time for data that is fetched
 * @throws AdesError as `gatherValidationData`
 */
export async function completeValidationData(
  paths: readonly TimedPath[],
  source: RevocationSource,
  now: Date,
  data: ValidationData,
): Promise<void> {
  for (const { path, at } of paths) {
    for (const certificate of path) addUnique(data.certificates, certificate);
    if (missingStatus(data, path, at).length > 0) {
      await gatherValidationData([path], source, at > now ? at : now, data);
    }
  }
}

/** Common names of certificates whose status the data does not prove. */
export function namesOfMissingStatus(data: ValidationData, paths: readonly TimedPath[]): string[] {
  const missing = paths.flatMap(({ path, at }) => missingStatus(data, path, at));
  return [...new Set(missing.map((certificate) => readCertificate(certificate).subject.at(-1)?.value ?? 'unnamed'))];
}

async function fetchStatus(
  certificate: Uint8Array,
  issuer: Uint8Array,
  source: RevocationSource,
  at: Date,
  data: ValidationData,
): Promise<Uint8Array | undefined> {
  const response = await source.ocsp(certificate, issuer);
  if (response) {
    const verified = verifyOcspResponse(response, { certificate, issuer, at });
    if (verified.certificateStatus.status === 'revoked') throw revoked();
    if (verified.certificateStatus.status === 'good') {
      addUnique(data.ocspResponses, response);
      for (const included of ocspResponseCertificates(response)) addUnique(data.certificates, included);
      return verified.responder;
    }
  }
  const crl = await source.crl(certificate, issuer);
  if (!crl) throw new AdesError('validation_data_missing', 'the status of a certificate cannot be found out');
  const verified = verifyCrl(crl, issuer);
  if (verified.revoked.has(readCertificate(certificate).serialNumber)) throw revoked();
  if (verified.nextUpdate && verified.nextUpdate < at) {
    throw new AdesError('validation_data_missing', 'the CRL of a certificate is out of date');
  }
  addUnique(data.crls, crl);
  return undefined;
}

function revoked(): AdesError {
  return new AdesError('certificate_revoked', 'a certificate of the chain is revoked');
}

/** Whether the data proves that the certificate was good at the control time. */
export function hasStatus(data: ValidationData, certificate: Uint8Array, issuer: Uint8Array, at: Date): boolean {
  const { serialNumber } = readCertificate(certificate);
  const holds = (check: () => boolean): boolean => {
    try {
      return check();
    } catch (error) {
      // Data on other certificates is in the same list; it just does not answer for this one.
      if (error instanceof AdesError) return false;
      throw error;
    }
  };
  return (
    data.ocspResponses.some((response) =>
      holds(() => {
        const verified = verifyOcspResponse(response, { certificate, issuer, at, laterAllowed: true });
        return verified.certificateStatus.status === 'good';
      }),
    ) ||
    data.crls.some((crl) =>
      holds(() => {
        const { revoked: list, nextUpdate } = verifyCrl(crl, issuer);
        return !list.has(serialNumber) && (!nextUpdate || nextUpdate >= at);
      }),
    )
  );
}

/** Certificates of a path whose status the data does not prove; the anchor and ocsp-nocheck need none. */
export function missingStatus(data: ValidationData, path: readonly Uint8Array[], at: Date): Uint8Array[] {
  return path
    .slice(0, -1)
    .filter((certificate, index) => !needsNoStatus(certificate) && !hasStatus(data, certificate, path[index + 1]!, at));
}

export function addUnique(list: Uint8Array[], item: Uint8Array): void {
  if (!list.some((known) => sameBytes(known, item))) list.push(item);
}
