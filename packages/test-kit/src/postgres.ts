import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const DEBIAN_FOLDER = '/usr/lib/postgresql';
const OLDEST_VERSION = 15;

export interface PostgresOptions {
  /** Where the cluster is made; a temporary folder unless told. The server listens on a socket in it, nowhere else. */
  folder?: string;
  /** Off for tests; on for anything that is measured. */
  durable?: boolean;
}

export interface PostgresServer {
  /** Of the database `postgres`, as its superuser. */
  url: string;
  stop(): Promise<void>;
}

/** Makes and starts a PostgreSQL cluster of one's own from the machine's binaries. */
export async function startPostgres({ folder, durable = false }: PostgresOptions = {}): Promise<PostgresServer> {
  const made = folder ?? (await mkdtemp(join(tmpdir(), 'segl-postgres-')));
  await mkdir(made, { recursive: true });
  const data = join(made, 'data');
  await giveToServerUser(made);
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  await runAsServerUser('initdb', initdb);
  const settings = [
    "listen_addresses=''",
    `unix_socket_directories='${made}'`,
    'max_connections=200',
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off']),
  ];
  await runAsServerUser('pg_ctl', [
    ...['-D', data, '-w', '-t', '60', '-l', join(made, 'log')],
    ...['-o', settings.map((setting) => `-c ${setting}`).join(' ')],
    'start',
  ]);
  return {
    url: databaseUrl(made, 'postgres'),
    async stop() {
      await stopPostgres(made);
      if (!folder) await rm(made, { recursive: true, force: true });
    },
  };
}

/** Stops the cluster in a folder, whoever started it. */
export async function stopPostgres(folder: string): Promise<void> {
  const data = join(folder, 'data');
  if (!existsSync(join(data, 'postmaster.pid'))) return;
  const processId = Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  await runAsServerUser('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']).catch((error: unknown) => {
    // Already gone, for example killed together with its run.
    if (existsSync(`/proc/${processId}`)) throw error;
  });
}

export function databaseUrl(folder: string, database: string): string {
  return `postgresql://postgres@localhost/${database}?host=${encodeURIComponent(folder)}`;
}

/** PostgreSQL refuses to run as root, so root runs it as Debian's user `postgres`. */
async function runAsServerUser(program: string, args: string[]): Promise<void> {
  const path = join(binaries(), program);
  const [command, ...rest] = isRoot() ? ['runuser', '-u', 'postgres', '--', path, ...args] : [path, ...args];
  try {
    await run(command!, rest, { cwd: '/' });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`${program} failed: ${stderr || message}`);
  }
}

async function giveToServerUser(folder: string): Promise<void> {
  if (!isRoot()) return;
  const { stdout: user } = await run('id', ['-u', 'postgres']);
  const { stdout: group } = await run('id', ['-g', 'postgres']);
  await chown(folder, Number(user), Number(group));
  // Others must reach the socket.
  await chmod(folder, 0o755);
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function binaries(): string {
  const versions = existsSync(DEBIAN_FOLDER) ? readdirSync(DEBIAN_FOLDER).map(Number) : [];
  const newest = Math.max(0, ...versions.filter((version) => version >= OLDEST_VERSION));
  if (newest === 0) {
    throw new Error(
      `PostgreSQL ${OLDEST_VERSION} or later is needed for the tests: apt-get install postgresql, ` +
        'or give the URL of a superuser on a server in SEGL_TEST_POSTGRES_URL',
    );
  }
  return join(DEBIAN_FOLDER, String(newest), 'bin');
}
