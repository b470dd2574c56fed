import { buildOcspRequest, type RevocationSource, readCertificate } from '@segl/ades';
import { getFromConfiguredService, postToConfiguredService } from '../kernel/outbound-http/configured-service.ts';

const TIMEOUT_MS = 10_000;

/**
 * Revocation data for keys that the operator configured, from the addresses in their certificates. Only for those: the
 * addresses in foreign certificates are not the operator's choice.
 */
export const configuredRevocation: RevocationSource = {
  async ocsp(certificate, issuer) {
    const [url] = readCertificate(certificate).ocspUrls;
    if (url === undefined) return undefined;
    return postToConfiguredService(url, {
      contentType: 'application/ocsp-request',
      body: buildOcspRequest(certificate, issuer),
      timeoutMs: TIMEOUT_MS,
    });
  },
  async crl(certificate) {
    const [url] = readCertificate(certificate).crlUrls;
    return url === undefined ? undefined : getFromConfiguredService(url, TIMEOUT_MS);
  },
};
