import type { FastifyInstance, FastifyReply } from 'fastify';
import { SeglError } from '../kernel/errors/segl-error.ts';
import type { EmbeddedAuthority } from './embedded-authority.ts';

const MAX_REQUEST_BYTES = 64 * 1024;
/** Each answer costs a signature. */
const WORK = { config: { throttle: 'trust' } } as const;

/**
 * The embedded trust service over HTTP: CA certificates, CRLs, OCSP by GET and POST (RFC 6960 appendix A), and RFC 3161
 * time-stamps. Public, without tokens: that is what verifiers' software expects.
 */
export async function registerTrust(app: FastifyInstance, authority: EmbeddedAuthority): Promise<void> {
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_REQUEST_BYTES }, (_request, body, done) =>
      done(null, body),
    );

    const certificates = { root: authority.root, issuing: authority.issuing, tsa: authority.timeStampCertificate };
    for (const [name, certificate] of Object.entries(certificates)) {
      scope.get(`/trust/${name}.cer`, async (_request, reply) =>
        sendBinary(reply, 'application/pkix-cert', certificate, 'public, max-age=3600'),
      );
      scope.get(`/trust/${name}.pem`, async (_request, reply) =>
        sendBinary(reply, 'application/x-pem-file', Buffer.from(pem(certificate)), 'public, max-age=3600'),
      );
    }

    for (const issuer of ['root', 'issuing'] as const) {
      scope.get(`/trust/crl/${issuer}.crl`, async (_request, reply) =>
        sendBinary(reply, 'application/pkix-crl', await authority.crl(issuer), 'public, max-age=60'),
      );
      scope.post(`/trust/ocsp/${issuer}`, WORK, async (request, reply) =>
        sendBinary(reply, 'application/ocsp-response', await authority.ocsp(bodyOf(request.body), issuer)),
      );
      scope.get(`/trust/ocsp/${issuer}/*`, WORK, async (request, reply) =>
        sendBinary(reply, 'application/ocsp-response', await authority.ocsp(requestInAddress(request.raw.url), issuer)),
      );
    }

    scope.post('/trust/tsa', WORK, async (request, reply) =>
      sendBinary(reply, 'application/timestamp-reply', await authority.timeStamp(bodyOf(request.body))),
    );
  });
}

/**
 * The request out of `…/<issuer>/<base64>` (RFC 6960 appendix A.1). Read from the address as it came: some clients leave
 * `/` and `+` of the base64 as they are, and the router would take two slashes for one.
 */
function requestInAddress(url = ''): Buffer {
  const [, base64 = ''] = /\/ocsp\/+[a-z]+\/([^?]*)/i.exec(url) ?? [];
  return Buffer.from(decodeURIComponent(base64), 'base64');
}

function bodyOf(body: unknown): Buffer {
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw new SeglError(400, 'invalid_request', 'Send the DER request as the body.');
  }
  return body;
}

function sendBinary(reply: FastifyReply, type: string, bytes: Uint8Array, cacheControl = 'no-store'): FastifyReply {
  return reply
    .headers({ 'content-type': type, 'cache-control': cacheControl })
    .send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}

function pem(certificate: Uint8Array): string {
  const base64 = Buffer.from(certificate)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}
