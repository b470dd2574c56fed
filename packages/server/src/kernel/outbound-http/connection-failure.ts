import { errors } from 'undici';

const WORDS: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed',
  EPIPE: 'connection closed',
  UND_ERR_SOCKET: 'connection closed',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'host unreachable',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'response headers too large',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls: certificate is for another name',
  CERT_HAS_EXPIRED: 'tls: certificate has expired',
  CERT_NOT_YET_VALID: 'tls: certificate is not yet valid',
  CERT_REVOKED: 'tls: certificate is revoked',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls: self-signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls: issuer is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls: issuer is not trusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls: issuer is not trusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls: issuer is not trusted',
};

/** What happened to a connection, in fixed words: messages of libraries may name internal addresses and files. */
export function connectionFailure(error: unknown): string {
  const code = codeOf(error);
  const words = WORDS[code];
  if (words) return words;
  if (error instanceof errors.HTTPParserError) return 'invalid response';
  if (/^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO|EPROTO|CRL_|INVALID_CA|HOSTNAME_)/.test(code)) return 'tls: handshake failed';
  return 'network error';
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : codeOf(error.cause);
}
