import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FairQueue } from '../kernel/fair-queue/fair-queue.ts';
import type { Log } from '../kernel/log/log.ts';
import { isOfficeFile } from './office-files.ts';

export type Conversion =
  | { converted: true; pdf: Buffer }
  /** `content`: the file is not what its name says. `failed`: it cannot be converted. `unavailable`: not here, or not in time. */
  | { converted: false; reason: 'content' | 'failed' | 'unavailable'; message: string };

/** Until when a conversion must be done, the time in which it waits for its turn included. */
const WITHIN_MS = 30_000;
/** Of one account, in memory while they wait. */
const MAX_WAITING_BYTES = 128 * 1024 * 1024;
/** Of one run: seconds of the processor, blocks of 512 bytes in one file, KiB of address space. */
const LIMITS = 'ulimit -t 60; ulimit -f 524288; ulimit -v 6291456 2>/dev/null; exec "$0" "$@"';

/**
 * Makes PDF of office files with the operator's LibreOffice, one at a time. Each run has a folder and a profile of its own,
 * which are removed after it: no macros, no links followed, and where the system can do that, no network.
 */
export class PdfConverter {
  /** Absent where nothing is converted. */
  readonly program: string | undefined;
  readonly #withinMs: number;
  /** Found out with the first conversion: it costs a start of two programs. */
  #withoutNetwork: readonly string[] | undefined;
  readonly #maxPdfBytes: number;
  readonly #log: Log;
  readonly #queue = new FairQueue({ concurrency: 1, maxWaitingBytes: MAX_WAITING_BYTES });

  /** `program`: LibreOffice's `soffice`; absent: as found on the PATH; `off`: none. Throws when there is no such program. */
  constructor(options: { program: string | undefined; maxPdfBytes: number; log: Log; withinMs?: number }) {
    this.program = options.program === 'off' ? undefined : (options.program ?? findOnPath('soffice'));
    if (this.program && !isExecutable(this.program)) {
      throw new Error(`SEGL_LIBREOFFICE: ${this.program} is not a program that can be started`);
    }
    this.#withinMs = options.withinMs ?? WITHIN_MS;
    this.#maxPdfBytes = options.maxPdfBytes;
    this.#log = options.log;
  }

  /** Accounts take turns. Throws 429 `too_many_requests` when too much of the account is waiting. */
  async convert(bytes: Buffer, extension: string, accountId: string): Promise<Conversion> {
    const { program } = this;
    if (!program) return unavailable('This instance converts no files to PDF.');
    if (!isOfficeFile(extension, bytes)) {
      const message = `The content is not that of a .${extension} file, although the file name says so.`;
      return { converted: false, reason: 'content', message };
    }
    const deadline = performance.now() + this.#withinMs;
    return this.#queue.run(accountId, bytes.length, async () => {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) return unavailable('Other conversions took too long. Try again.');
      return this.#run(program, bytes, extension, leftMs);
    });
  }

  async #run(program: string, bytes: Buffer, extension: string, leftMs: number): Promise<Conversion> {
    const folder = await mkdtemp(join(tmpdir(), 'segl-conversion-'));
    try {
      const profile = join(folder, 'profile', 'user');
      await mkdir(profile, { recursive: true });
      await writeFile(join(profile, 'registrymodifications.xcu'), PROFILE);
      const source = join(folder, `document.${extension}`);
      await writeFile(source, bytes);
      const ended = await this.#office(program, folder, source, extension, leftMs);
      if (ended === 'late') return unavailable('The conversion took too long.');
      const pdf = join(folder, 'out', 'document.pdf');
      const made = await stat(pdf).catch(() => undefined);
      if (!made?.size) {
        this.#log.info({ ended, extension }, 'a file was not converted');
        return failed('The file cannot be converted to PDF.');
      }
      if (made.size > this.#maxPdfBytes) return failed('The converted file is too large.');
      return { converted: true, pdf: await readFile(pdf) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Exit code, signal, or `late` when it was stopped. */
  #office(program: string, folder: string, source: string, extension: string, leftMs: number) {
    this.#withoutNetwork ??= networkNamespace();
    const [first = 'sh', ...rest] = [...this.#withoutNetwork, 'sh', '-c', LIMITS, program];
    const child = spawn(
      first,
      [
        ...rest,
        ...['--headless', '--norestore', '--nologo', '--nodefault', '--nolockcheck', '--nofirststartwizard'],
        `-env:UserInstallation=${pathToFileURL(join(folder, 'profile')).href}`,
        ...(extension === 'txt' ? ['--infilter=Text (encoded):UTF8,LF,,,'] : []),
        ...['--convert-to', 'pdf:writer_pdf_Export', '--outdir', join(folder, 'out'), source],
      ],
      {
        cwd: folder,
        env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' },
        stdio: 'ignore',
        // A group of its own: the program starts others, and all of them are stopped together.
        detached: true,
      },
    );
    return new Promise<number | string | null>((resolve) => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        stopGroup(child.pid);
      }, leftMs);
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => {
        clearTimeout(timer);
        stopGroup(child.pid);
        resolve(late ? 'late' : (signal ?? code));
      });
    });
  }
}

function stopGroup(processId: number | undefined): void {
  try {
    if (processId) process.kill(-processId, 'SIGKILL');
  } catch {
    // Nobody of the group is left.
  }
}

function findOnPath(program: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** How a program is started without a network here; empty where the system does not let us. */
function networkNamespace(): readonly string[] {
  const ways = [
    ['unshare', '--net'],
    ['unshare', '--user', '--map-current-user', '--net'],
  ] as const;
  return ways.find(([program, ...flags]) => spawnSync(program, [...flags, 'true']).status === 0) ?? [];
}

const OFFICE = '/org.openoffice.Office.Common';

/** No macros, no updates of links, nothing fetched from where the file did not come from, and a proxy that is nowhere. */
const PROFILE = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
${[
  [`${OFFICE}/Security/Scripting`, 'DisableMacrosExecution', 'true'],
  [`${OFFICE}/Security/Scripting`, 'MacroSecurityLevel', '3'],
  [`${OFFICE}/Security/Scripting`, 'DisableActiveContent', 'true'],
  [`${OFFICE}/Security/Scripting`, 'BlockUntrustedRefererLinks', 'true'],
  ['/org.openoffice.Office.Writer/Content/Update', 'Link', '0'],
  ['/org.openoffice.Inet/Settings', 'ooInetProxyType', '2'],
  ['/org.openoffice.Inet/Settings', 'ooInetHTTPProxyName', '127.0.0.1'],
  ['/org.openoffice.Inet/Settings', 'ooInetHTTPProxyPort', '9'],
  ['/org.openoffice.Inet/Settings', 'ooInetHTTPSProxyName', '127.0.0.1'],
  ['/org.openoffice.Inet/Settings', 'ooInetHTTPSProxyPort', '9'],
]
  .map(
    ([path, name, value]) =>
      `<item oor:path="${path}"><prop oor:name="${name}" oor:op="fuse"><value>${value}</value></prop></item>`,
  )
  .join('\n')}
</oor:items>
`;

function failed(message: string): Conversion {
  return { converted: false, reason: 'failed', message };
}

function unavailable(message: string): Conversion {
  return { converted: false, reason: 'unavailable', message };
}
