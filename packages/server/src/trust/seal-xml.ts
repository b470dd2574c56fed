import { type RevocationSource, type SignatureProvider, signXades, type TimeStampAuthority } from '@segl/ades';
import { SeglError } from '../kernel/errors/segl-error.ts';

/**
 * Puts a seal into an XML document: enveloped XAdES B-LT, with time-stamp and everything that is needed to check it
 * later. The level is reached or nothing is sealed. Throws 503 `timestamp_unavailable`.
 */
export async function sealXml(
  services: { timeStamps: TimeStampAuthority; revocation: RevocationSource; trustAnchors: readonly Uint8Array[] },
  provider: SignatureProvider,
  xml: Uint8Array,
  now: Date,
): Promise<Uint8Array> {
  const tsa: TimeStampAuthority = {
    timeStamp: (request) =>
      Promise.resolve(services.timeStamps.timeStamp(request)).catch((cause: unknown) => {
        const message = 'The time-stamp service cannot be reached: try again later.';
        throw new SeglError(503, 'timestamp_unavailable', message, { cause, retryAfterSeconds: 60 });
      }),
  };
  const sealed = await signXades({
    content: { enveloped: xml },
    provider,
    signingTime: now,
    level: 'B-LT',
    tsa,
    revocation: services.revocation,
    trustAnchors: [...services.trustAnchors],
  });
  return sealed.bytes;
}
