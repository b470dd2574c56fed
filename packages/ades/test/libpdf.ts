import { PDF } from '@libpdf/core';
import type { SignatureProvider } from '../src/index.ts';

/** Signs with `@libpdf/core` as its users do, to compare with. RSA only. */
export async function signWithLibPdf(
  bytes: Uint8Array,
  provider: SignatureProvider,
  signingTime: Date,
): Promise<Uint8Array> {
  const [certificate, ...certificateChain] = provider.certificateChain;
  const document = await PDF.load(bytes);
  const signed = await document.sign({
    signer: {
      certificate: certificate!,
      certificateChain,
      keyType: 'RSA',
      signatureAlgorithm: 'RSASSA-PKCS1-v1_5',
      sign: (data) => provider.sign(data),
    },
    signingTime,
  });
  return signed.bytes;
}
