import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import { createKeyStore } from '../kernel/keys/key-store.ts';
import { createTrust, type SigningAct, type Trust, type TrustOptions } from './index.ts';

const MASTER_KEY = randomBytes(32);
const run = promisify(execFile);
const NOTHING_CONFIGURED = {
  timeStampUrl: undefined,
  timeStampCertificateFile: undefined,
  timeStampPolicy: 'queue',
  sealKeyFile: undefined,
  sealCertificateFile: undefined,
  signerCaKeyFile: undefined,
  signerCaCertificateFile: undefined,
} as const;

export const NORDBANK = { id: '0195a000-0000-7000-8000-00000000000a', name: 'Nordbank' };
export const ACT: SigningAct = {
  accountId: NORDBANK.id,
  accountName: NORDBANK.name,
  fullName: 'Kari Nordmann',
  firstName: 'Kari',
  lastName: 'Nordmann',
  uniqueId: '9578-6000-4-123456',
  method: 'no_bankid_netcentric',
  documentSha256: 'a'.repeat(64),
  nativeSha256: 'b'.repeat(64),
};

/** The capability on a real database and in real time, since the judges know no other. */
export function trustOn(database: Database, changes: Partial<TrustOptions> = {}): Promise<Trust> {
  const keys = createKeyStore({ database, masterKey: MASTER_KEY, clock: systemClock });
  return createTrust({
    database,
    keys,
    clock: systemClock,
    trustUrl: 'http://localhost:8642/trust',
    ...NOTHING_CONFIGURED,
    ...changes,
  });
}

/** A folder of files for `openssl`, and what it says of them. */
export class OpenSsl {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<OpenSsl> {
    return new OpenSsl(await mkdtemp(join(tmpdir(), 'segl-trust-')));
  }

  async write(name: string, content: Uint8Array | string): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, content);
    return path;
  }

  async writeCertificates(name: string, ...certificates: readonly Uint8Array[]): Promise<string> {
    return this.write(name, certificates.map(pem).join(''));
  }

  /** Everything it prints, also when it refuses. */
  async say(...args: string[]): Promise<string> {
    try {
      const { stdout, stderr } = await run('openssl', args, { cwd: this.folder });
      return stdout + stderr;
    } catch (error) {
      const failed = error as { code?: unknown; stdout?: string; stderr?: string };
      if (failed.code === 'ENOENT') throw new Error('openssl is not installed: it is the judge of these tests');
      return `refused: ${failed.stdout ?? ''}${failed.stderr ?? ''}`;
    }
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

export function pem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** A service that answers each POST with what `answer` makes of it. */
export async function startService(
  answer: (body: Buffer, contentType: string | undefined) => Promise<Uint8Array>,
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      answer(Buffer.concat(chunks), request.headers['content-type']).then(
        (bytes) => response.end(Buffer.from(bytes)),
        () => response.writeHead(500).end(),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/tsa`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
