import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pdfText } from '../../../test-kit/src/judges.ts';
import { createLog } from '../kernel/log/log.ts';
import { PdfConverter } from './pdf-converter.ts';

const log = createLog('silent');
const MAX = 10_000_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'segl-converter-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A converter whose program is a script of the test. */
async function converterWith(script: string, maxPdfBytes = MAX): Promise<PdfConverter> {
  const program = join(folder, `office-${Math.random()}`);
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  return new PdfConverter({ program, maxPdfBytes, log });
}

describe('conversion to PDF, whatever the program does', () => {
  const RTF = Buffer.from('{\\rtf1 Avtale}');

  it('is not available where there is no program', async () => {
    const converter = new PdfConverter({ program: 'off', maxPdfBytes: MAX, log });
    expect(await converter.convert(RTF, 'rtf', 'nordbank')).toMatchObject({ reason: 'unavailable' });
  });

  it('does not start with a program that is not there', () => {
    const program = join(folder, 'no-such-office');
    expect(() => new PdfConverter({ program, maxPdfBytes: MAX, log })).toThrow('SEGL_LIBREOFFICE');
  });

  it.each([
    ['doc', '{\\rtf1 a}'],
    ['docx', 'PK\x03\x04 but nothing of Word'],
    ['odt', 'PK\x03\x04'],
    ['ott', 'a template'],
    ['rtf', '<html>'],
    ['txt', 'a\0b'],
    ['exe', 'MZ'],
  ])('starts nothing for what is no .%s file', async (extension, content) => {
    const started = join(folder, `started-${extension}`);
    const converter = await converterWith(`touch ${started}`);
    expect(await converter.convert(Buffer.from(content, 'latin1'), extension, 'nordbank')).toMatchObject({
      converted: false,
      reason: 'content',
    });
    expect(await readFile(started).catch(() => 'not started')).toBe('not started');
  });

  it('fails when nothing comes out, or too much', async () => {
    const nothing = await converterWith('exit 3');
    expect(await nothing.convert(RTF, 'rtf', 'nordbank')).toMatchObject({ reason: 'failed' });
    const much = await converterWith('mkdir -p out && head -c 2000 /dev/zero > out/document.pdf', 1000);
    expect(await much.convert(RTF, 'rtf', 'nordbank')).toMatchObject({ reason: 'failed' });
  });

  it('sees nothing of the server: no settings, no secrets, a folder of its own that is gone afterwards', async () => {
    const report = join(folder, 'report');
    const converter = await converterWith(
      `{ env; pwd; ls -R; } > ${report}; mkdir -p out && echo x > out/document.pdf; sleep 60 & exit 0`,
    );
    process.env.SEGL_MASTER_KEY = 'a secret of the test';
    try {
      expect(await converter.convert(RTF, 'rtf', 'nordbank')).toMatchObject({ converted: true });
    } finally {
      delete process.env.SEGL_MASTER_KEY;
    }
    const seen = await readFile(report, 'utf8');
    expect(seen).toContain('registrymodifications.xcu');
    expect(seen).not.toMatch(/SEGL_|secret/);
    const used = /^HOME=(.*)$/m.exec(seen)![1]!;
    expect(await readdir(used).catch(() => 'gone')).toBe('gone');
  });

  it('stops the program and all that it started when time is up', async () => {
    const pids = join(folder, 'pids');
    const { program } = await converterWith(`sleep 60 & echo $! > ${pids}; echo $$ >> ${pids}; wait`);
    const converter = new PdfConverter({ program, maxPdfBytes: MAX, log, withinMs: 1500 });
    expect(await converter.convert(RTF, 'rtf', 'nordbank')).toMatchObject({ reason: 'unavailable' });
    const started = (await readFile(pids, 'utf8')).trim().split('\n');
    expect(started).toHaveLength(2);
    await expect.poll(() => started.filter(isRunning)).toEqual([]);
  });
});

function isRunning(processId: string): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', processId]).stdout.toString();
  return state.trim() !== '' && !state.startsWith('Z');
}

const office = spawnSync('sh', ['-c', 'command -v soffice']).stdout.toString().trim() || undefined;

describe.skipIf(!office)(`conversion by LibreOffice${office ? '' : ' (skipped: it is not installed)'}`, () => {
  const converter = new PdfConverter({ program: undefined, maxPdfBytes: MAX, log });
  const TEXT = 'Avtale om leie av båt: 1 500 kr';
  const RTF = Buffer.from('{\\rtf1\\ansi\\uc1 Avtale om leie av b\\u229?t: 1 500 kr\\par}');

  async function textOf(bytes: Buffer, extension: string): Promise<string> {
    const made = await converter.convert(bytes, extension, 'nordbank');
    if (!made.converted) throw new Error(made.message);
    expect(made.pdf.subarray(0, 5).toString()).toBe('%PDF-');
    return (await pdfText(made.pdf)).trim();
  }

  it.each([
    ['txt', async () => Buffer.from(TEXT)],
    ['rtf', async () => RTF],
    ['odt', () => openDocument('text')],
    ['ott', () => openDocument('text-template')],
    ['docx', wordDocument],
    ['doc', oldWordDocument],
  ] as const)('of a .%s file', async (extension, make) => {
    expect(await textOf(await make(), extension)).toBe(TEXT);
  });

  /** A file of the parts, in this order and uncompressed. */
  async function zipOf(parts: Record<string, string>): Promise<Buffer> {
    const place = await mkdtemp(join(folder, 'zip-'));
    for (const [name, content] of Object.entries(parts)) {
      await mkdir(dirname(join(place, name)), { recursive: true });
      await writeFile(join(place, name), content);
    }
    execFileSync('zip', ['-0', '-X', '-q', 'file.zip', ...Object.keys(parts)], { cwd: place });
    return readFile(join(place, 'file.zip'));
  }

  function openDocument(kind: string): Promise<Buffer> {
    const type = `application/vnd.oasis.opendocument.${kind}`;
    const office = 'urn:oasis:names:tc:opendocument:xmlns';
    return zipOf({
      mimetype: type,
      'META-INF/manifest.xml': `<manifest:manifest xmlns:manifest="${office}:manifest:1.0" manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:media-type="${type}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>`,
      'content.xml': `<office:document-content xmlns:office="${office}:office:1.0" xmlns:text="${office}:text:1.0" office:version="1.2"><office:body><office:text><text:p>${TEXT}</text:p></office:text></office:body></office:document-content>`,
    });
  }

  function wordDocument(): Promise<Buffer> {
    const formats = 'http://schemas.openxmlformats.org';
    const main = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml';
    return zipOf({
      '[Content_Types].xml': `<Types xmlns="${formats}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`,
      '_rels/.rels': `<Relationships xmlns="${formats}/package/2006/relationships"><Relationship Id="r1" Type="${formats}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
      'word/document.xml': `<w:document xmlns:w="${formats}/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>${TEXT}</w:t></w:r></w:p></w:body></w:document>`,
    });
  }

  /** The compound file of Word 97, which nobody writes by hand. */
  async function oldWordDocument(): Promise<Buffer> {
    await writeFile(join(folder, 'lease.rtf'), RTF);
    const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
    const args = ['--headless', '--convert-to', 'doc:MS Word 97', '--outdir', folder, join(folder, 'lease.rtf')];
    execFileSync(office!, [profile, ...args], { stdio: 'ignore' });
    return readFile(join(folder, 'lease.doc'));
  }

  it('loads nothing that the file names', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url!);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const field = `{\\field{\\*\\fldinst INCLUDEPICTURE "http://127.0.0.1:${port}/pixel.png" \\\\d}{\\fldrslt}}`;
    expect(await textOf(Buffer.from(`{\\rtf1 Avtale ${field}\\par}`), 'rtf')).toContain('Avtale');
    server.close();
    expect(asked).toEqual([]);
  });

  it('fails for a file that is broken inside', async () => {
    const broken = Buffer.from('PK\x03\x04 word/document.xml and nothing else', 'latin1');
    expect(await converter.convert(broken, 'docx', 'nordbank')).toMatchObject({ converted: false, reason: 'failed' });
  });
});
