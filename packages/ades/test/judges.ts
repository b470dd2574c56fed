import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Verdict {
  code: number;
  output: string;
}

/** Runs an independent tool. A tool that is not installed fails the test that asks it. */
export function runJudge(command: string, args: readonly string[]): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { encoding: 'utf8', maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error && typeof error.code !== 'number') reject(error);
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
    });
  });
}

/** A folder for the files of one test; `write` puts a file there and gives its path. */
export interface Workbench extends AsyncDisposable {
  folder: string;
  write(name: string, bytes: Uint8Array | string): Promise<string>;
  /** Writes certificates as one PEM file. */
  writePem(name: string, certificates: readonly Uint8Array[]): Promise<string>;
}

export async function createWorkbench(): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'ades-'));
  const write = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  return {
    folder,
    write,
    writePem: (name, certificates) => write(name, certificates.map((der) => toPem(der, 'CERTIFICATE')).join('')),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export function toPem(der: Uint8Array, label: string): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** An NSS database that trusts one root, for pdfsig. */
export async function createNssDatabase(bench: Workbench, root: Uint8Array): Promise<string> {
  const path = `sql:${bench.folder}`;
  const rootFile = await bench.write('nss-root.der', root);
  const created = await runJudge('certutil', ['-N', '--empty-password', '-d', path]);
  const added = await runJudge('certutil', ['-A', '-d', path, '-n', 'root', '-t', 'CT,C,C', '-i', rootFile]);
  if (created.code !== 0 || added.code !== 0) throw new Error(`certutil: ${created.output}${added.output}`);
  return path;
}

/** An OCSP responder over HTTP on the loopback interface: GET with base64 in the path as NSS asks, and POST. */
export interface OcspServer extends AsyncDisposable {
  url: string;
  requests: number;
}

export async function serveOcsp(answer: (request: Uint8Array) => Promise<Uint8Array>): Promise<OcspServer> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = decodeURIComponent((request.url ?? '/').slice(1));
    const body = request.method === 'GET' ? Buffer.from(path, 'base64') : Buffer.concat(chunks);
    handle.requests++;
    response.setHeader('content-type', 'application/ocsp-response');
    response.end(await answer(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const handle: OcspServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests: 0,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return handle;
}

export const sha256 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
