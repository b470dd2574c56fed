import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('of text and of every office format', async () => {
    expect(await textOf(Buffer.from(TEXT), 'txt')).toBe(TEXT);
    await writeFile(join(folder, 'lease.rtf'), RTF);
    for (const [extension, filter] of [
      ['rtf', undefined],
      ['odt', 'odt'],
      ['ott', 'ott'],
      ['docx', 'docx'],
      ['doc', 'doc:MS Word 97'],
    ] as const) {
      if (filter) {
        const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
        const args = [profile, '--headless', '--convert-to', filter, '--outdir', folder, join(folder, 'lease.rtf')];
        execFileSync(office!, args, { stdio: 'ignore' });
      }
      expect(await textOf(await readFile(join(folder, `lease.${extension}`)), extension)).toBe(TEXT);
    }
  });

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
