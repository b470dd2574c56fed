import {
  AdesError,
  extendXades,
  type RevocationSource,
  type SignatureProvider,
  signXades,
  type TimeStampAuthority,
} from '@segl/ades';
import { SeglError } from '../kernel/errors/segl-error.ts';

export interface SealedXml {
  bytes: Uint8Array;
  /** `B-B`: the time-stamp, and what proves the certificates, is to be added by `raiseSeal`. */
  level: 'B-B' | 'B-LT';
}

interface SealServices {
  timeStamps: TimeStampAuthority;
  revocation: RevocationSource;
  trustAnchors: readonly Uint8Array[];
}

/** Answers that are none. */
const UNUSABLE_ANSWERS = new Set<string>([
  'asn1_invalid',
  'cms_invalid',
  'timestamp_refused',
  'timestamp_invalid',
  'validation_data_missing',
  'ocsp_invalid',
  'crl_invalid',
]);

/**
 * Puts a seal into an XML document: enveloped XAdES B-LT, with time-stamp and everything that is needed to check it
 * later. While a service for that fails, the policy `queue` seals at B-B, and `refuse` throws 503 `timestamp_unavailable`.
 */
export async function sealXml(
  services: SealServices,
  provider: SignatureProvider,
  xml: Uint8Array,
  now: Date,
  policy: 'queue' | 'refuse',
): Promise<SealedXml> {
  const sign = async (level: SealedXml['level']): Promise<SealedXml> => {
    const content = { enveloped: xml };
    const { bytes } = await signXades({ content, provider, signingTime: now, level, ...baseline(services) });
    return { bytes, level };
  };
  try {
    return await available(() => sign('B-LT'));
  } catch (error) {
    if (policy === 'refuse' || !(error instanceof SeglError)) throw error;
    return sign('B-B');
  }
}

/** Raises a seal that was made at B-B to B-LT. Throws 503 `timestamp_unavailable`. */
export async function raiseSeal(services: SealServices, sealed: Uint8Array): Promise<Uint8Array> {
  const { bytes } = await available(() => extendXades(sealed, { level: 'B-LT', ...baseline(services) }));
  return bytes;
}

/** 503 for a service that does not answer, or not usably. */
export function serviceUnavailable(cause: unknown): SeglError {
  const message = 'A time-stamp or revocation service cannot be reached: try again later.';
  return new SeglError(503, 'timestamp_unavailable', message, { cause, retryAfterSeconds: 60 });
}

async function available<T>(work: () => Promise<T>): Promise<T> {
  return work().catch((error: unknown) => {
    throw error instanceof AdesError && UNUSABLE_ANSWERS.has(error.code) ? serviceUnavailable(error) : error;
  });
}

function baseline({ timeStamps, revocation, trustAnchors }: SealServices) {
  const answered = <T>(answer: Promise<T>) =>
    answer.catch((cause: unknown) => {
      throw serviceUnavailable(cause);
    });
  return {
    trustAnchors: [...trustAnchors],
    tsa: { timeStamp: (request: Uint8Array) => answered(timeStamps.timeStamp(request)) },
    revocation: {
      ocsp: (certificate: Uint8Array, issuer: Uint8Array) => answered(revocation.ocsp(certificate, issuer)),
      crl: (certificate: Uint8Array, issuer: Uint8Array) => answered(revocation.crl(certificate, issuer)),
    },
  };
}
