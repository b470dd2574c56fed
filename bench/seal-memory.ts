/**
 * Memory while a PDF of 25 MiB is sealed at PAdES-BASELINE-B-LTA for two signers: how far the process grows above what it
 * was after a small file. Once in one thread, as the library is used, and once through the sealing threads of the server,
 * where the file is in both. Each in a process of its own, whose peak the kernel has kept.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PackagedSeal, sealPackagedPdf } from '../packages/ades/src/index.ts';
import { createTestAuthority, rsa, type TestAuthority } from '../packages/ades/test/test-authority.ts';
import { SealingPool } from '../packages/server/src/packaging/sealing-pool.ts';
import { samplePdf } from './sample-pdf.ts';

const SIZE = 25 * 1024 * 1024;
const BAR_MB = 60;
/** Written to `clear_refs`, proc(5). */
const RESET_PEAK = '5';
const now = new Date('2026-11-24T08:00:00Z');
const megabytes = (bytes: number): number => Math.round(bytes / 1024 / 1024);

type Seal = (bytes: Uint8Array) => Promise<{ bytes: Uint8Array }>;

async function inThisThread(authority: TestAuthority): Promise<Seal> {
  const [account, ...signers] = await enrolAll(authority);
  const sign = (provider: PackagedSeal['certification']['provider']) => ({ provider, signingTime: now });
  return (original) =>
    sealPackagedPdf({
      original,
      layout: {
        certification: { name: 'Certification' },
        approvals: [{ name: 'Signer1' }, { name: 'Signer2' }],
        documentTimeStamp: { name: 'DocumentTimeStamp' },
        testMark: true,
      },
      certification: sign(account!),
      approvals: signers.map(sign),
      level: 'B-LTA',
      signingTime: now,
      trustAnchors: [authority.root],
      tsa: authority.tsa,
      revocation: authority.revocation,
    });
}

async function inSealingThread(authority: TestAuthority): Promise<Seal> {
  const [account, ...signers] = await enrolAll(authority);
  const pool = new SealingPool({
    threads: 1,
    services: { timeStamps: authority.tsa, revocation: authority.revocation },
  });
  return (original) =>
    pool.seal({
      kind: 'pdf',
      original,
      evidence: undefined,
      attached: [],
      sealName: 'Nordbank',
      sealReason: 'Certified',
      approvals: signers.map((provider) => ({ provider, fullName: 'Kari', reason: 'Signed', signedAt: now })),
      testMark: true,
      seal: account!,
      trustAnchors: [authority.root],
      now,
    });
}

const enrolAll = (authority: TestAuthority) =>
  Promise.all(['Seal', 'Kari', 'Ola'].map((commonName) => authority.enrol({ commonName }, rsa())));

const WAYS = { 'in this thread': inThisThread, 'in a sealing thread': inSealingThread };

/** Peak of resident memory since it was reset, proc(5). */
function peak(): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))![1]) * 1024;
}

async function measure(way: keyof typeof WAYS, file: string): Promise<void> {
  const seal = await WAYS[way](await createTestAuthority({ now, keys: rsa }));
  await seal(samplePdf(100 * 1024));
  writeFileSync('/proc/self/clear_refs', RESET_PEAK);
  const before = peak();
  const original = readFileSync(file);
  const { bytes } = await seal(original);
  const grown = peak() - before;
  const bar = BAR_MB + megabytes(2 * SIZE);
  console.log(
    `${way.padEnd(20)} ${megabytes(original.length)} MB became ${megabytes(bytes.length)}: ` +
      `${megabytes(grown)} MB more, the file included (bar ${bar})`,
  );
  process.exit(0);
}

function measureAll(): void {
  const folder = mkdtempSync(join(tmpdir(), 'seal-memory-'));
  try {
    const file = join(folder, 'large.pdf');
    writeFileSync(file, samplePdf(SIZE));
    for (const way of Object.keys(WAYS)) {
      const args = [...process.execArgv, import.meta.filename, way, file];
      const child = spawnSync(process.execPath, args, { stdio: 'inherit', env: { ...process.env, [CHILD]: '1' } });
      if (child.error || child.status !== 0) throw child.error ?? new Error(`the measurement ${way} failed`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const CHILD = 'SEAL_MEMORY_CHILD';
if (process.env[CHILD] === undefined) measureAll();
else await measure(process.argv[2] as keyof typeof WAYS, process.argv[3]!);
