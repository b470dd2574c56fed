import { parseArgs } from 'node:util';
import { createAdmin, type SigningSettings } from './admin/index.ts';
import { systemClock } from './kernel/clock/clock.ts';
import { type Config, ConfigError, readConfig } from './kernel/config/settings.ts';
import type { Database } from './kernel/db/database.ts';
import { migrate } from './kernel/db/migrate.ts';
import { openDatabase } from './kernel/db/open-database.ts';
import { parseGuid } from './kernel/ids/uuid.ts';
import { createJobs } from './kernel/jobs/create-jobs.ts';
import { createKeyStore } from './kernel/keys/key-store.ts';
import { loadMasterKey } from './kernel/keys/master-key.ts';
import { createSecretBox } from './kernel/keys/sealed-box.ts';
import { createLog } from './kernel/log/log.ts';
import { loadTokenKeys } from './oauth/index.ts';
import { listStuckPackages, packagingQueue, restartPackaging } from './packaging/index.ts';

/**
 * What only the operator of an instance may do. Settings are those of the server. On PostgreSQL beside running
 * processes, which take notice within a minute; the embedded database belongs to one process, so stop it first.
 */
const USAGE = `node packages/server/src/operator.ts <command>

  rotate-token-key
      Makes the key that signs access tokens from tomorrow on, and publishes it now.
  retire-token-key --kid <kid>
      For a key that somebody else may have: refuses every token that it signed, and puts a new key in its place at once.
  stuck-packages
      Lists the files of signed documents that are not made yet, and why.
  restart-packaging [--document <id>]
      Has them tried again now, those of one document or all, instead of when their next try is due.
  create-account --name <name> [--test] [--dealer <id>]
      Makes an account; with --test one that can have clients of the test environment only, with --dealer one that this
      dealer manages.
  create-dealer --name <name> [--test]
      Makes the account of a dealer. Its clients with the scope dealer manage the accounts that have its id as --dealer.
  set-contacts --account <id> [--email <address>]...
      Says who gets e-mail about the account's own affairs, such as a webhook in trouble; without --email nobody does.
  set-account --account <id> [--customer-number <digits>] [--sla-tag <tag>] [--tag <tag>]...
      Sets what nobody else does; what is left out stays, and the tags are the complete list.
  enable-account --account <id>
  disable-account --account <id>
      Opens and closes an account. Nothing of a closed one is deleted, and nobody can use it.
  set-signing --account <id> [--success-action <none|resources|all>] [--success-wait <seconds>]
              [--session-minutes <30 to 480>] [--cancel-reason <shown|hidden>]
              [--max-signers <1 to 20>] [--max-attachments <0 to 20>]
      Says what signers of the account's documents wait for, how long a session lasts at most, whether they read why a
      document was cancelled, and how many signers and attachments a document has at most. Changes what is named, and
      prints all of it.
  create-client --account <id> --environment <test|prod> --name <name> --scopes "<scope> <scope>"
      Makes an API client with any scopes, root included, and prints its secret, which is shown nowhere else.
`;

const DAY_MS = 24 * 3_600_000;
/** Standard output is for the result. */
const LOG = createLog('warn', process.stderr);

class UsageError extends Error {}

interface Options {
  kid?: string | undefined;
  name?: string | undefined;
  account?: string | undefined;
  document?: string | undefined;
  dealer?: string | undefined;
  environment?: string | undefined;
  scopes?: string | undefined;
  email?: string[] | undefined;
  'success-action'?: string | undefined;
  'success-wait'?: string | undefined;
  'session-minutes'?: string | undefined;
  'max-signers'?: string | undefined;
  'max-attachments'?: string | undefined;
  'cancel-reason'?: string | undefined;
  test?: boolean | undefined;
  'customer-number'?: string | undefined;
  'sla-tag'?: string | undefined;
  tag?: string[] | undefined;
}

interface Instance {
  config: Config;
  database: Database;
  masterKey: Buffer;
}

const COMMANDS: Record<string, (instance: Instance, options: Options) => Promise<object>> = {
  'stuck-packages': ({ database }) => listStuckPackages(database),

  'restart-packaging': async ({ database }, { document }) => {
    if (document !== undefined && parseGuid(document) === undefined)
      throw new UsageError('--document is the id of a document');
    const jobs = createJobs({ database, clock: systemClock, log: LOG });
    jobs.define(packagingQueue(1, async () => undefined));
    await jobs.start({ work: false });
    try {
      return { restarted: await restartPackaging({ database, jobs }, document) };
    } finally {
      await jobs.stop();
    }
  },

  'rotate-token-key': async (instance) => {
    const next = await (await tokenKeysOf(instance)).rotate();
    return { kid: next.kid, algorithm: next.algorithm, signsFrom: next.activatesAt.toISOString() };
  },

  'retire-token-key': async (instance, { kid }) => {
    if (!kid) throw new UsageError('retire-token-key needs --kid, which stands in the header of each token');
    const signing = await (await tokenKeysOf(instance)).retire(kid);
    return { retired: kid, signs: { kid: signing.kid, algorithm: signing.algorithm } };
  },

  'create-account': async (instance, { name, test, dealer }) => {
    if (!name) throw new UsageError('create-account needs --name');
    if (dealer !== undefined && parseGuid(dealer) === undefined)
      throw new UsageError('--dealer is the id of an account');
    return await adminOf(instance, (admin) =>
      admin.createAccount({ name, testAccount: test ?? false, dealerId: dealer }),
    );
  },

  'create-dealer': async (instance, { name, test }) => {
    if (!name) throw new UsageError('create-dealer needs --name');
    return await adminOf(instance, (admin) => admin.createAccount({ name, testAccount: test ?? false, dealer: true }));
  },

  'set-contacts': async (instance, { account, email = [] }) => {
    if (!account || parseGuid(account) === undefined) throw new UsageError('set-contacts needs --account');
    await adminOf(instance, (admin) => admin.setContacts(account, email));
    return { accountId: account, contacts: email };
  },

  'set-account': async (instance, { account, 'customer-number': customerNumber, 'sla-tag': slaTag, tag: tags }) => {
    if (!account || parseGuid(account) === undefined) throw new UsageError('set-account needs --account');
    if (customerNumber !== undefined && !/^\d{1,9}$/.test(customerNumber)) {
      throw new UsageError('--customer-number is a number of at most 9 digits');
    }
    await adminOf(instance, (admin) => admin.setOperatorsDetails(account, { customerNumber, slaTag, tags }));
    return { accountId: account };
  },

  'enable-account': (instance, options) => switchAccount(instance, options, true),
  'disable-account': (instance, options) => switchAccount(instance, options, false),

  'set-signing': async (instance, options) => {
    const { account } = options;
    if (!account || parseGuid(account) === undefined) throw new UsageError('set-signing needs --account');
    return await adminOf(instance, (admin) => admin.setSigningSettings(account, signingChanges(options)));
  },

  'create-client': async (instance, { account, environment, name, scopes }) => {
    if (!account || !name) throw new UsageError('create-client needs --account and --name');
    if (environment !== 'test' && environment !== 'prod') {
      throw new UsageError('create-client needs --environment test or --environment prod');
    }
    const names = (scopes ?? '').split(/[\s,]+/).filter(Boolean);
    return await adminOf(instance, (admin) =>
      admin.createClient({ accountId: account, environment, name, scopes: names }),
    );
  },
};

async function switchAccount(instance: Instance, { account }: Options, enabled: boolean): Promise<object> {
  if (!account || parseGuid(account) === undefined) throw new UsageError('The command needs --account');
  await adminOf(instance, (admin) => admin.switchAccount(account, enabled));
  return { accountId: account, enabled };
}

function signingChanges(options: Options): Partial<SigningSettings> {
  const {
    'success-action': action,
    'success-wait': wait,
    'session-minutes': minutes,
    'cancel-reason': reason,
    'max-signers': maxSigners,
    'max-attachments': maxAttachments,
  } = options;
  if (reason !== undefined && reason !== 'shown' && reason !== 'hidden')
    throw new UsageError('--cancel-reason is shown or hidden');
  return {
    // Checked, with the rest, where it is stored.
    ...(action === undefined ? {} : { successAction: action as SigningSettings['successAction'] }),
    ...(wait === undefined ? {} : { successWaitSeconds: Number(wait) }),
    ...(minutes === undefined ? {} : { sessionMinutes: Number(minutes) }),
    ...(maxSigners === undefined ? {} : { maxSigners: Number(maxSigners) }),
    ...(maxAttachments === undefined ? {} : { maxAttachments: Number(maxAttachments) }),
    ...(reason === undefined ? {} : { showsCancelReason: reason === 'shown' }),
  };
}

function tokenKeysOf({ config, database, masterKey }: Instance) {
  return loadTokenKeys({
    keys: createKeyStore({ database, masterKey, clock: systemClock }),
    database,
    clock: systemClock,
    log: LOG,
    algorithm: config.accessTokenAlgorithm,
    maxAgeMs: config.tokenKeyDays * DAY_MS,
  });
}

async function adminOf<T>(
  { config, database, masterKey }: Instance,
  work: (admin: ReturnType<typeof createAdmin>) => Promise<T>,
) {
  const box = createSecretBox(masterKey, 'columns');
  const admin = createAdmin({
    database,
    clock: systemClock,
    masterKey,
    box,
    log: LOG,
    publicUrl: config.publicUrl,
  });
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

async function main(): Promise<void> {
  const { positionals, values } = readArguments();
  const command = COMMANDS[positionals[0] ?? ''];
  if (!command || positionals.length > 1) throw new UsageError('There is no such command.');
  const config = readConfig(process.env);
  const masterKey = await loadMasterKey({ dataDir: config.dataDir, fromEnvironment: config.masterKey });
  const database = await openDatabase({
    url: config.databaseUrl,
    dataDir: config.dataDir,
    log: LOG,
    onFatal: (error) => {
      process.stderr.write(`The database has failed: ${error.message}\n`);
      process.exit(1);
    },
  });
  try {
    await migrate({ database, log: LOG });
    process.stdout.write(`${JSON.stringify(await command({ config, database, masterKey }, values), null, 2)}\n`);
  } finally {
    await database.close();
  }
}

function readArguments(): { positionals: string[]; values: Options } {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        kid: { type: 'string' },
        name: { type: 'string' },
        account: { type: 'string' },
        document: { type: 'string' },
        dealer: { type: 'string' },
        environment: { type: 'string' },
        scopes: { type: 'string' },
        email: { type: 'string', multiple: true },
        'success-action': { type: 'string' },
        'success-wait': { type: 'string' },
        'session-minutes': { type: 'string' },
        'max-signers': { type: 'string' },
        'max-attachments': { type: 'string' },
        'cancel-reason': { type: 'string' },
        test: { type: 'boolean' },
        'customer-number': { type: 'string' },
        'sla-tag': { type: 'string' },
        tag: { type: 'string', multiple: true },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

main().catch((error: Error & { errors?: { field: string; message: string }[] }) => {
  const details = (error.errors ?? []).map(({ field, message }) => `  ${field}: ${message}\n`).join('');
  process.stderr.write(`${error.message}\n${details}${error instanceof UsageError ? `\n${USAGE}` : ''}`);
  process.exitCode = error instanceof UsageError || error instanceof ConfigError ? 2 : 1;
});
