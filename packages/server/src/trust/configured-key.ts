import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { issueCertificate, localSignatureProvider, readCertificate, type SignatureProvider } from '@segl/ades';
import { ConfigError } from '../kernel/config/settings.ts';
import type { LeafRequest } from './embedded-authority.ts';

/** What a configured key is for: to sign files, or to issue certificates. */
export type ConfiguredUse = 'signature' | 'certificate_authority';

/**
 * A key that the operator configured as PEM files, with its chain, leaf first. Throws `ConfigError` naming the file when
 * it cannot be read, when key and certificates do not belong together, or when they cannot do what they are for at `now`:
 * better at the start than with the first file to be sealed.
 */
export async function loadConfiguredKey(
  keyFile: string | undefined,
  certificateFile: string | undefined,
  use: ConfiguredUse,
  now: Date,
): Promise<SignatureProvider | undefined> {
  if (keyFile === undefined || certificateFile === undefined) return undefined;
  const [keyPem, chainPem] = await Promise.all([readPem(keyFile), readPem(certificateFile)]);
  try {
    const key = createPrivateKey(keyPem);
    const chain = certificatesIn(chainPem);
    if (!chain[0]?.checkPrivateKey(key)) {
      throw new ConfigError([`${certificateFile}: the first certificate does not belong to the key in ${keyFile}`]);
    }
    const fault = chainFault(chain, use, now);
    if (fault) throw new ConfigError([`${certificateFile}: ${fault}`]);
    return localSignatureProvider(
      key,
      chain.map((certificate) => certificate.raw),
    );
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([`${keyFile} and ${certificateFile}: not a PEM key with its certificates`]);
  }
}

function chainFault(chain: readonly X509Certificate[], use: ConfiguredUse, now: Date): string | undefined {
  if (chain[0]!.ca !== (use === 'certificate_authority')) {
    return use === 'signature' ? 'the first certificate is that of a CA' : 'the first certificate is not that of a CA';
  }
  for (const [index, certificate] of chain.entries()) {
    const which = `certificate ${index + 1}`;
    if (new Date(certificate.validFrom) > now) return `${which} is not valid before ${certificate.validFrom}`;
    if (new Date(certificate.validTo) <= now) return `${which} has expired, ${certificate.validTo}`;
    const issuer = chain[index + 1];
    if (issuer && !(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey))) {
      return `${which} is not issued by the next one`;
    }
  }
  return undefined;
}

/** Issues a one-shot certificate under the operator's own CA. Returns the chain, leaf first. */
export async function issueUnderConfiguredCa(
  ca: SignatureProvider,
  request: LeafRequest,
  now: Date,
): Promise<Uint8Array[]> {
  const issuer = readCertificate(ca.certificateChain[0]!);
  const notBefore = new Date(now.getTime() - 60_000);
  const certificate = await issueCertificate(
    {
      profile: request.profile,
      subject: request.subject,
      publicKey: request.publicKey,
      notBefore,
      notAfter: new Date(Math.min(notBefore.getTime() + request.lifetimeMs, issuer.notAfter.getTime())),
      ...(issuer.ocspUrls[0] ? { ocspUrl: issuer.ocspUrls[0] } : {}),
      ...(issuer.crlUrls[0] ? { crlUrl: issuer.crlUrls[0] } : {}),
      ...(request.policies ? { policies: request.policies } : {}),
      ...(request.extensions ? { extensions: request.extensions } : {}),
    },
    ca,
  );
  return [certificate, ...ca.certificateChain];
}

/** The certificates of a PEM file, as DER. Throws `ConfigError` when it holds none or cannot be read. */
export async function readCertificates(file: string): Promise<Uint8Array[]> {
  const text = await readPem(file);
  try {
    const certificates = certificatesIn(text);
    if (certificates.length > 0) return certificates.map((certificate) => certificate.raw);
  } catch {
    // Told below, like a file without any.
  }
  throw new ConfigError([`${file}: holds no PEM certificate`]);
}

function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigError([`${file}: cannot be read (${(cause as { code?: string }).code ?? 'unknown'})`]);
  }
}
