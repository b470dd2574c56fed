import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Programs that the tests need from outside npm: what proves that one is there, and the Debian package that brings it. Tests
 * of one that is optional say that they are skipped.
 */
const NEEDED: readonly { packageName: string; optional?: true; present(): boolean }[] = [
  { packageName: 'chromium', present: () => existsSync('/usr/bin/chromium') },
  { packageName: 'poppler-utils', present: () => onPath('pdfsig') && onPath('pdftotext') },
  { packageName: 'qpdf', present: () => onPath('qpdf') },
  { packageName: 'openssl', present: () => onPath('openssl') },
  { packageName: 'libnss3-tools', present: () => onPath('certutil') && onPath('pk12util') },
  { packageName: 'xmlsec1', present: () => onPath('xmlsec1') },
  { packageName: 'unzip', present: () => onPath('unzip') },
  { packageName: 'zip', present: () => onPath('zip') },
  { packageName: 'python3', present: () => onPath('python3') },
  { packageName: 'libreoffice-writer-nogui', optional: true, present: () => onPath('soffice') },
  { packageName: 'postgresql', present: () => existsSync('/usr/lib/postgresql') && onPath('psql') },
];

function onPath(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/**
 * Installs what is missing with apt, as root or through sudo. Answers the packages that are still missing; the tests that
 * need them then fail and name them.
 */
export function installSystemPackages(): string[] {
  const missing = () => NEEDED.filter((one) => !one.present());
  const needed = () =>
    missing()
      .filter((one) => !one.optional)
      .map((one) => one.packageName);
  const wanted = missing().map((one) => one.packageName);
  if (wanted.length === 0 || !onPath('apt-get')) return needed();
  console.log(`Installing for the tests: ${wanted.join(', ')} …`);
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const apt = (...rest: string[]) => {
    const [program, ...given] = [...sudo, 'apt-get', ...rest] as [string, ...string[]];
    return spawnSync(program, given, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  };
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', ...wanted);
  return needed();
}
