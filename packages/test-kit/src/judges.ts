import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A folder that is removed when `use` is done. */
async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'segl-judge-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a judge says, whatever its exit code. Throws when the program is not installed. */
async function say(program: string, args: string[], cwd?: string): Promise<{ code: number; text: string }> {
  try {
    const { stdout, stderr } = await run(program, args, { ...(cwd ? { cwd } : {}), maxBuffer: 64 * 1024 * 1024 });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const failed = error as { code?: number | string; stdout?: string; stderr?: string };
    if (failed.code === 'ENOENT') throw new Error(`${program} is not installed: it is a judge of these tests`);
    return { code: Number(failed.code), text: `${failed.stdout ?? ''}${failed.stderr ?? ''}` };
  }
}

export interface PdfsigSignature {
  field: string;
  commonName: string;
  type: string;
  signature: string;
  certificate: string | undefined;
  wholeDocument: boolean;
}

/**
 * What `pdfsig` (poppler, on NSS) says of each signature, with one DER certificate as the only trust anchor. NSS asks the
 * OCSP responder named in the certificates, which therefore has to be reachable.
 */
export async function pdfsig(pdf: Uint8Array, trustAnchor: Uint8Array): Promise<PdfsigSignature[]> {
  return withFolder(async (folder) => {
    const store = `sql:${folder}`;
    await writeFile(join(folder, 'root.cer'), trustAnchor);
    await writeFile(join(folder, 'signed.pdf'), pdf);
    await run('certutil', ['-N', '-d', store, '--empty-password']);
    await run('certutil', ['-A', '-d', store, '-n', 'root', '-t', 'CT,C,C', '-i', join(folder, 'root.cer')]);
    const { text } = await say('pdfsig', ['-nssdir', store, join(folder, 'signed.pdf')]);
    return text
      .split(/^Signature #\d+:$/m)
      .slice(1)
      .map((block) => {
        const value = (label: string) => new RegExp(`- ${label}: (.*)`).exec(block)?.[1]?.trim();
        return {
          field: value('Signature Field Name') ?? '',
          commonName: value('Signer Certificate Common Name') ?? '',
          type: value('Signature Type') ?? '',
          signature: value('Signature Validation') ?? '',
          certificate: value('Certificate Validation'),
          wholeDocument: /- Total document signed/.test(block),
        };
      });
  });
}

/** `qpdf --check`: exit code 0 and its words. */
export async function qpdfCheck(pdf: Uint8Array): Promise<{ clean: boolean; text: string }> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'file.pdf'), pdf);
    const { code, text } = await say('qpdf', ['--check', join(folder, 'file.pdf')]);
    return { clean: code === 0 && /No syntax or stream encoding errors found/.test(text), text };
  });
}

/** `openssl ts -verify` of a time-stamp token over `data`, with the TSA's root as the only anchor. */
export async function opensslTimeStamp(input: {
  token: Uint8Array;
  data: Uint8Array;
  root: string;
  intermediates: string;
}): Promise<{ verified: boolean; text: string }> {
  return withFolder(async (folder) => {
    const file = (name: string) => join(folder, name);
    await writeFile(file('token.der'), input.token);
    await writeFile(file('data.bin'), input.data);
    await writeFile(file('root.pem'), input.root);
    await writeFile(file('chain.pem'), input.intermediates);
    const { code, text } = await say('openssl', [
      ...['ts', '-verify', '-token_in', '-in', file('token.der'), '-data', file('data.bin')],
      ...['-CAfile', file('root.pem'), '-untrusted', file('chain.pem')],
    ]);
    return { verified: code === 0 && /Verification: OK/.test(text), text };
  });
}

/** The bytes of a signature field's `/Contents`, and those that its `/ByteRange` covers. */
export function signatureContents(pdf: Buffer, index: number): { contents: Buffer; covered: Buffer } {
  const ranges = [...pdf.toString('latin1').matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)].map(
    (match) => match.slice(1).map(Number),
  );
  const [a, b, c, d] = ranges[index] as [number, number, number, number];
  const hex = pdf.subarray(a + b + 1, c - 1).toString('latin1');
  return {
    contents: trimDer(Buffer.from(hex, 'hex')),
    covered: Buffer.concat([pdf.subarray(a, a + b), pdf.subarray(c, c + d)]),
  };
}

/** `/Contents` is padded with zeros behind its DER value. */
function trimDer(bytes: Buffer): Buffer {
  const first = bytes[1] ?? 0;
  if (first < 0x80) return bytes.subarray(0, 2 + first);
  const count = first & 0x7f;
  return bytes.subarray(0, 2 + count + bytes.readUIntBE(2, count));
}

/**
 * What those hear who have the file read to them: element by element in reading order, as `pdfinfo` reads the structure;
 * `tagged` is whether the file is declared to be tagged throughout.
 */
export async function pdfStructure(bytes: Uint8Array): Promise<{ tagged: boolean; elements: string }> {
  return withFolder(async (folder) => {
    const path = join(folder, 'file.pdf');
    await writeFile(path, bytes);
    const facts = (await say('pdfinfo', [path])).text;
    return { tagged: /^Tagged: +yes$/m.test(facts), elements: (await say('pdfinfo', ['-struct-text', path])).text };
  });
}

/** Text of every page, as `pdftotext` reads it. */
export async function pdfText(pdf: Uint8Array): Promise<string> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'file.pdf'), pdf);
    return (await say('pdftotext', ['-layout', join(folder, 'file.pdf'), '-'])).text;
  });
}

/** Names of the files attached to a PDF, as `pdfdetach` lists them. */
export async function attachedFiles(pdf: Uint8Array): Promise<string[]> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'file.pdf'), pdf);
    const { text } = await say('pdfdetach', ['-list', join(folder, 'file.pdf')]);
    return [...text.matchAll(/^\d+: (.*)$/gm)].map((match) => match[1]!);
  });
}

/**
 * What `xmlsec1` says of an XML signature, with one DER certificate as the only trust anchor. `beside` are the files that
 * it is about where they are not inside, by path.
 */
export async function xmlsec(
  signed: Uint8Array,
  trustAnchor: Uint8Array,
  beside: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<{ verified: boolean; text: string }> {
  return withFolder(async (folder) => {
    for (const [name, content] of beside) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    await writeFile(join(folder, 'signed.xml'), signed);
    const pem = new X509Certificate(trustAnchor).toString();
    await writeFile(join(folder, 'root.pem'), pem);
    const ids = ['http://uri.etsi.org/01903/v1.3.2#:SignedProperties', 'http://www.w3.org/2000/09/xmldsig#:Object'];
    const { code, text } = await say(
      'xmlsec1',
      ['--verify', ...ids.flatMap((id) => ['--id-attr:Id', id]), '--trusted-pem', 'root.pem', 'signed.xml'],
      folder,
    );
    return { verified: code === 0 && /^(OK|Verification status: OK)$/m.test(text), text };
  });
}

/** The files of a ZIP container by path, as `unzip` takes them out after it has tested them. */
export async function unzipped(container: Uint8Array): Promise<Map<string, Buffer>> {
  return withFolder(async (folder) => {
    await writeFile(join(folder, 'container.zip'), container);
    const test = await say('unzip', ['-t', 'container.zip'], folder);
    if (!test.text.includes('No errors detected')) throw new Error(`unzip does not accept the container: ${test.text}`);
    const target = join(folder, 'content');
    await say('unzip', ['-q', join(folder, 'container.zip'), '-d', target]);
    const entries = await readdir(target, { recursive: true, withFileTypes: true });
    const files = new Map<string, Buffer>();
    for (const entry of entries.filter((one) => one.isFile())) {
      const path = join(entry.parentPath, entry.name);
      files.set(relative(target, path), await readFile(path));
    }
    return files;
  });
}
