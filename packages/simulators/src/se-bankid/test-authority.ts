import { createPrivateKey, generateKeyPair, type KeyObject, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  buildOcspRequest,
  buildOcspResponse,
  type CertificateProfile,
  type DistinguishedName,
  derSequence,
  issueCertificate,
  issueRootCertificate,
  localSignatureProvider,
  type SignatureProvider,
} from '@segl/ades';
import type { SePerson } from './se-persons.ts';

/** What a relying party needs to speak to the simulated API and to check what it answers; all in PEM. */
export interface SeBankIdAccess {
  /** Root of the API's own TLS certificate. */
  serverRoot: string;
  /** Root of the certificates with which persons sign. */
  signingRoot: string;
  clientCertificate: string;
  clientKey: string;
}

interface KeptAuthority extends SeBankIdAccess {
  serverCertificate: string;
  serverKey: string;
  signingRootKey: string;
  /** Where the API listens since the last start. */
  apiUrl?: string;
}

export interface TestAuthority {
  access: SeBankIdAccess;
  serverCertificate: string;
  serverKey: string;
  /** Writes the address of the API beside the rest, for relying parties that take their access from the file. */
  publish(apiUrl: string): Promise<void>;
  /** A person's key with its chain up to, but not including, the root. */
  enrol(person: SePerson): Promise<SignatureProvider>;
  /** A good status on the person's certificate with this nonce; DER OCSPResponse. */
  answerOcsp(signer: SignatureProvider, nonce: Uint8Array): Promise<Uint8Array>;
}

const day = 86_400_000;
const nameAttribute = '2.5.4.41';
const subjectAltName = '2.5.29.17';
const serverAuth = '1.3.6.1.5.5.7.3.1';
const clientAuth = '1.3.6.1.5.5.7.3.2';
/** BankID's policy for its test certificates on file. */
const testPolicy = '1.2.3.4.5';
const createEcKey = () => promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
const createRsaKey = () => promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
type KeyPair = Awaited<ReturnType<typeof createEcKey>>;

/**
 * The certification authority of the simulated BankID: one root for TLS, one for persons. With a data folder it is made
 * once and kept there as `se-bankid.json` (mode 0600), from which a relying party on the same machine takes its client
 * certificate and the roots that it pins.
 */
export async function loadTestAuthority(dataDir: string | undefined): Promise<TestAuthority> {
  const path = dataDir === undefined ? undefined : join(dataDir, 'se-bankid.json');
  let kept = path === undefined ? undefined : await readKept(path);
  if (!kept) {
    kept = await createAuthority();
    if (path !== undefined) await keep(path, kept);
  }
  const authority = kept;
  const { serverCertificate, serverKey, signingRootKey, apiUrl: _, ...access } = authority;
  const issuers = await createIssuers(
    localSignatureProvider(createPrivateKey(signingRootKey), [toDer(access.signingRoot)]),
  );
  const publish = async (apiUrl: string) => {
    if (path !== undefined && authority.apiUrl !== apiUrl) await keep(path, { ...authority, apiUrl });
  };
  return { access, serverCertificate, serverKey, publish, ...issuers };
}

async function readKept(path: string): Promise<KeptAuthority | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as KeptAuthority;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function keep(path: string, authority: KeptAuthority): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
  const temporaryPath = `${path}.${randomUUID()}`;
  await writeFile(temporaryPath, JSON.stringify(authority), { mode: 0o600, flush: true });
  await rename(temporaryPath, path);
}

async function createAuthority(): Promise<KeptAuthority> {
  const [tls, server, client, signing] = await Promise.all([
    createEcKey(),
    createEcKey(),
    createEcKey(),
    createEcKey(),
  ]);
  const serverRoot = await issueRoot('Segl simulator BankID SSL Root CA', tls);
  const signingRoot = await issueRoot('Segl simulator BankID Root CA', signing);
  const tlsIssuer = localSignatureProvider(tls.privateKey, [serverRoot]);
  const endCertificate = (commonName: string, publicKey: KeyObject, usage: string, names: readonly string[] = []) =>
    issue({ profile: 'seal', subject: subject(commonName), publicKey, days: 3640, issuer: tlsIssuer, usage, names });
  return {
    serverRoot: toPem(serverRoot),
    signingRoot: toPem(signingRoot),
    serverCertificate: toPem(await endCertificate('appapi2 simulator', server.publicKey, serverAuth, ['localhost'])),
    serverKey: pemOfKey(server.privateKey),
    clientCertificate: toPem(await endCertificate('Segl test', client.publicKey, clientAuth)),
    clientKey: pemOfKey(client.privateKey),
    signingRootKey: pemOfKey(signing.privateKey),
  };
}

/** The authorities below the root live as long as the process: what they issued stays provable by the root alone. */
async function createIssuers(root: SignatureProvider): Promise<Pick<TestAuthority, 'enrol' | 'answerOcsp'>> {
  const [bank, customers, responder, persons] = await Promise.all([
    createEcKey(),
    createRsaKey(),
    createRsaKey(),
    createRsaKey(),
  ]);
  const certify = (
    profile: CertificateProfile,
    name: DistinguishedName,
    publicKey: KeyObject,
    issuer: SignatureProvider,
    days: number,
  ) => issue({ profile, subject: name, publicKey, issuer, days });
  const bankCertificate = await certify('root', subject('Testbank A CA'), bank.publicKey, root, 3600);
  const bankIssuer = localSignatureProvider(bank.privateKey, [bankCertificate]);
  const customerCertificate = await certify(
    'issuing_ca',
    subject('Testbank A Customer CA'),
    customers.publicKey,
    bankIssuer,
    1800,
  );
  const customerIssuer = localSignatureProvider(customers.privateKey, [customerCertificate]);
  const responderCertificate = await certify(
    'ocsp_responder',
    subject('Testbank A OCSP'),
    responder.publicKey,
    customerIssuer,
    365,
  );
  const ocspResponder = localSignatureProvider(responder.privateKey, [responderCertificate]);

  return {
    async enrol(person) {
      const certificate = await issue({
        profile: 'signer',
        subject: subjectOf(person),
        // One key for all test persons: making an RSA key costs more than everything else in an order.
        publicKey: persons.publicKey,
        issuer: customerIssuer,
        days: 365,
      });
      return localSignatureProvider(persons.privateKey, [certificate, customerCertificate, bankCertificate]);
    },
    answerOcsp(signer, nonce) {
      const now = new Date();
      return buildOcspResponse({
        request: buildOcspRequest(signer.certificateChain[0]!, customerCertificate, { nonce }),
        responder: ocspResponder,
        issuer: customerCertificate,
        status: () => ({ status: 'good' }),
        producedAt: now,
        nextUpdate: new Date(now.getTime() + 300_000),
      });
    },
  };
}

function subject(commonName: string): DistinguishedName {
  return [
    { type: 'C', value: 'SE' },
    { type: 'O', value: 'Testbank A AB (publ)' },
    { type: 'CN', value: commonName },
  ];
}

function subjectOf({ personalNumber, givenName, surname }: SePerson): DistinguishedName {
  const issued = new Date().toISOString().slice(2, 10).replaceAll('-', '');
  return [
    ...subject(`${givenName} ${surname}`).slice(0, 2),
    { type: 'SN', value: surname },
    { type: 'GN', value: givenName },
    { type: 'serialNumber', value: personalNumber },
    { type: nameAttribute, value: `(${issued}) ${givenName} ${surname} - BankID på fil` },
    { type: 'CN', value: `${givenName} ${surname}` },
  ];
}

function issueRoot(commonName: string, keys: KeyPair): Promise<Uint8Array> {
  const now = Date.now();
  return issueRootCertificate(
    { subject: subject(commonName), notBefore: new Date(now - day), notAfter: new Date(now + 3650 * day) },
    keys,
  );
}

function issue(input: {
  profile: CertificateProfile;
  subject: DistinguishedName;
  publicKey: KeyObject;
  issuer: SignatureProvider;
  days: number;
  usage?: string;
  names?: readonly string[];
}): Promise<Uint8Array> {
  const now = Date.now();
  const names = input.names ?? [];
  // GeneralName ::= CHOICE { dNSName [2] IA5String, iPAddress [7] OCTET STRING }, RFC 5280 §4.2.1.6
  const dnsNames = names.map((name) => Buffer.concat([Buffer.from([0x82, name.length]), Buffer.from(name)]));
  const loopback = Buffer.from([0x87, 4, 127, 0, 0, 1]);
  return issueCertificate(
    {
      profile: input.profile,
      subject: input.subject,
      publicKey: input.publicKey,
      notBefore: new Date(now - day / 2),
      notAfter: new Date(now + input.days * day),
      ...(input.profile === 'signer' ? { policies: [testPolicy] } : {}),
      ...(input.usage ? { extendedKeyUsage: [input.usage] } : {}),
      ...(names.length > 0
        ? { extensions: [{ oid: subjectAltName, critical: false, value: derSequence(...dnsNames, loopback) }] }
        : {}),
    },
    input.issuer,
  );
}

function toPem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

const toDer = (pem: string): Uint8Array => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');

const pemOfKey = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }) as string;
