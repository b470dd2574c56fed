import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import {
  accountClockRoutes,
  createAdmin,
  createProducts,
  type FirstTestClient,
  findAccountContacts,
  findExternalIdPolicy,
  findIdentificationSettings,
  findSigningSettings,
  insertUnits,
  writeAudit,
} from './admin/index.ts';
import { ContentChecks, PdfConverter } from './content/index.ts';
import { createEidRegistry, REDIRECT_METHODS } from './eid/index.ts';
import {
  createIdentification,
  createSessionLinks,
  IDENTIFICATION_CALLBACK_PATH,
  startSessionTimers,
} from './identification/index.ts';
import { createAccountClocks } from './kernel/clock/account-clocks.ts';
import { systemClock } from './kernel/clock/clock.ts';
import type { Config } from './kernel/config/settings.ts';
import type { Database } from './kernel/db/database.ts';
import { migrate } from './kernel/db/migrate.ts';
import { dropOldPartitions, ensurePartitions } from './kernel/db/partitions.ts';
import { createEvents } from './kernel/events/create-events.ts';
import { createUnusedFiles } from './kernel/files/delete-unused-files.job.ts';
import { createLocalFileStore } from './kernel/files/local-file-store.ts';
import { createHttpServer } from './kernel/http/http-server.ts';
import { createIdempotency } from './kernel/http/idempotency.ts';
import { openApiDocument } from './kernel/http/openapi.ts';
import { registerRoutes } from './kernel/http/register-routes.ts';
import { createThrottling } from './kernel/http/throttle.ts';
import { createThrottleStore } from './kernel/http/throttle-store.ts';
import { createJobs } from './kernel/jobs/create-jobs.ts';
import { createKeyStore } from './kernel/keys/key-store.ts';
import { loadMasterKey } from './kernel/keys/master-key.ts';
import { createSecretBox } from './kernel/keys/sealed-box.ts';
import type { Log } from './kernel/log/log.ts';
import { registerOperations } from './kernel/operations/operations.ts';
import { createOutboundHttp } from './kernel/outbound-http/outbound-http.ts';
import { createMessaging, createSmsTransport, createSmtpTransport } from './messaging/index.ts';
import { createNotification } from './notification/index.ts';
import { startOAuth } from './oauth/index.ts';
import { offeredEids } from './offered-eids.ts';
import {
  findTemplateFile,
  jobOf,
  PACKAGE_DOCUMENT,
  packagingGauges,
  readPadesTemplate,
  registerPackaging,
  SealingPool,
  templateRoutes,
} from './packaging/index.ts';
import { CONTRACT_TEXTS, registerReference } from './reference/index.ts';
import { createRequestLog } from './requests/index.ts';
import {
  createOneTimeCodes,
  createPatternMatcher,
  createSignature,
  createSignLinks,
  EID_CALLBACK_PATH,
  messageContent,
  openSignedNumber,
  receiptsDue,
  registerResources,
  reminderPlans,
  type SignatureDeps,
  signersToAsk,
  startDocumentTimers,
  startFoldingCounts,
} from './signature/index.ts';
import { type Simulators, simulatorsClient, startSimulators } from './simulators-process.ts';
import { offerSwedishBankId, playSeBankIdPerson } from './swedish-bankid.ts';
import { createTrust } from './trust/index.ts';
import { VERSION } from './version.ts';

const SIGNING_APP = fileURLToPath(new URL('../../../apps/signing/dist', import.meta.url));
const IDENTIFICATION_APP = fileURLToPath(new URL('../../../apps/identification/dist', import.meta.url));
const DAY_MS = 24 * 3_600_000;

export interface App {
  http: FastifyInstance;
  firstClient: FirstTestClient;
  /** Starts workers; the HTTP server is started by the caller, who knows where it listens. */
  startWorkers(): Promise<void>;
  /** Stops taking requests and jobs, waits for what is under way, closes the database. */
  close(): Promise<void>;
}

/**
 * The whole server, put together: every capability is named here, and everything that one needs of another is handed to
 * it here. Nothing listens yet. The database, which may still be opening, is closed with it.
 */
export async function buildApp(config: Config, opening: Database | Promise<Database>, log: Log): Promise<App> {
  const clock = systemClock;
  const masterKey = await loadMasterKey({ dataDir: config.dataDir, fromEnvironment: config.masterKey });
  const simulators: Promise<Simulators> | undefined =
    config.simulators === 'on'
      ? startSimulators({
          config,
          client: simulatorsClient(masterKey),
          callbackPaths: [
            EID_CALLBACK_PATH,
            ...REDIRECT_METHODS.map((method) => `${IDENTIFICATION_CALLBACK_PATH}/${method}`),
          ],
          log,
        })
      : undefined;
  const database = await opening;
  await migrate({ database, log });
  await ensurePartitions(database, clock.now());
  const dropPartitions = () =>
    dropOldPartitions(database, clock.now()).catch((err: unknown) =>
      log.warn({ err }, 'old partitions were not dropped'),
    );
  void dropPartitions();
  const partitionTimer = setInterval(() => {
    ensurePartitions(database, clock.now())
      .then(dropPartitions)
      .catch((err: unknown) => log.error({ err }, 'partitions were not made'));
  }, DAY_MS);
  partitionTimer.unref();

  const box = createSecretBox(masterKey, 'columns');
  const keys = createKeyStore({ database, masterKey, clock });
  const files = await createLocalFileStore({ directory: join(config.dataDir, 'files'), masterKey, log });
  const accountClocks = createAccountClocks({ database, clock, log });
  await accountClocks.start();
  const jobs = createJobs({ database, clock, log });
  const unusedFiles = createUnusedFiles({ database, files, jobs, log });
  unusedFiles.register(jobs);
  const events = createEvents({ database, clock, accountTime: accountClocks, log });
  const outbound = createOutboundHttp({
    allowedRanges: config.outboundAllow,
    ownAddresses: ownAddresses(config),
    log,
  });

  const admin = createAdmin({ database, clock, masterKey, box, log, publicUrl: config.publicUrl });
  const firstClient = await admin.ensureFirstTestClient({
    clientId: config.clientId,
    clientSecret: config.clientSecret,
  });
  const oauth = await startOAuth({
    publicUrl: config.publicUrl,
    database,
    keys,
    admin,
    clock,
    log,
    algorithm: config.accessTokenAlgorithm,
    keyMaxAgeMs: config.tokenKeyDays * DAY_MS,
  });
  const trust = await createTrust({ ...config, database, keys, clock });
  const pool = new SealingPool({ threads: config.sealingThreads, services: trust });
  const content = new ContentChecks({ threads: config.sealingThreads });
  const offered = await offeredEids(config, simulatorsClient(masterKey), clock);
  const eids = createEidRegistry({ providers: offered.registrations });
  const products = createProducts({
    database,
    clock,
    granted: config.products,
    salesContact: config.salesContact,
  });
  const { accountName, accountProfile } = admin;
  const signatureDeps: SignatureDeps = {
    database,
    events,
    files,
    clock,
    accountTime: accountClocks,
    log,
    box,
    nationalNumberBox: createSecretBox(masterKey, 'national numbers'),
    links: createSignLinks(masterKey),
    redirectTokens: oauth.issued,
    messages: {
      log: (documentId) => messaging.log(documentId),
      askSigners: (tx, documentId) => messaging.askSigners(tx, documentId),
      followReminders: (tx, documentId) => messaging.followReminders(tx, documentId),
      manualReminders: (tx, documentId) => messaging.manualReminders(tx, documentId),
      remind: (tx, signers, now) => messaging.remind(tx, signers, now),
    },
    eids,
    oneTimeCodes: createOneTimeCodes(masterKey),
    codeMessages: {
      fixedCode: (environment) => messaging.fixedCode(environment),
      send: (message) => messaging.sendCode(message),
    },
    patterns: createPatternMatcher(),
    sealXml: (account, xml) => trust.sealXml(account, xml),
    raiseSeal: (sealed) => trust.raiseSeal(sealed),
    checkPdf: (bytes, accountId) => pool.checkPdf(bytes, accountId),
    content,
    converter: new PdfConverter({ program: config.libreOffice, maxPdfBytes: config.maxDocumentBytes, log }),
    accountName,
    accountProfile,
    requireFeatures: (account, features) => products.requireFeatures(account, features),
    hasProduct: (accountId, product) => products.hasProduct(accountId, product),
    writeAudit,
    meter: insertUnits,
    externalIdPolicy: (accountId) => findExternalIdPolicy(database, accountId),
    signingSettings: (accountId) => findSigningSettings(database, accountId),
    findPadesTemplate: (owner, id) => findTemplateFile({ database, files }, owner, id),
    releaseFiles: (tx, ownerId) => unusedFiles.release(tx, ownerId),
    makePackage: (task) => jobs.sendMany(PACKAGE_DOCUMENT, [jobOf(task)]),
    // None exists yet: what is asked for says so in its link.
    resourceSources: [],
    publicUrl: config.publicUrl,
    maxDocumentBytes: config.maxDocumentBytes,
    requireTimeStamps: () => trust.requireTimeStamps(),
  };
  const signature = createSignature(signatureDeps);
  const identification = createIdentification({
    database,
    clock,
    accountTime: accountClocks,
    log,
    box: createSecretBox(masterKey, 'identities'),
    numberBox: createSecretBox(masterKey, 'national identity numbers'),
    links: createSessionLinks(masterKey),
    eids,
    accountName,
    accountProfile,
    hasProduct: (accountId, product) => products.hasProduct(accountId, product),
    requireFeatures: (account, features) => products.requireFeatures(account, features),
    settings: findIdentificationSettings,
    actingOwner: (context, accountId) => admin.actingOwner(context, accountId),
    writeAudit,
    meter: insertUnits,
    lifetimeMs: config.identificationMinutes * 60_000,
    publicUrl: config.publicUrl,
    testPersons: {
      ...offered.testPersons,
      ...(config.simulators === 'off' ? {} : { se_bankid: playSeBankIdPerson }),
    },
  });
  const notification = createNotification({
    database,
    events,
    jobs,
    outboundHttp: outbound,
    secretBox: createSecretBox(masterKey, 'webhook secret'),
    hasProduct: (accountId, product) => products.hasProduct(accountId, product),
    isAccountOpen: async (db, accountId) => (await accountProfile(accountId, db)).enabled,
    tellAccount: (tx, notice) => messaging.tellAccount(tx, notice),
    clock,
    accountTime: accountClocks,
    log,
    publicUrl: config.publicUrl,
  });
  const transports = {
    email: config.smtpUrl && createSmtpTransport({ url: config.smtpUrl }),
    sms: config.sms && createSmsTransport(config.sms),
  };
  const messaging = createMessaging({
    transports,
    sendInTest: config.sendInTest,
    fromAddress: config.mailFrom,
    smsSender: config.smsSender,
    accountSmsSender: async (accountId) => (await accountProfile(accountId)).smsSender,
    database,
    accountTime: accountClocks,
    log,
    box: createSecretBox(masterKey, 'messages'),
    publicUrl: config.publicUrl,
    signersToAsk: (db, documentIds) => signersToAsk({ accountTime: accountClocks }, db, documentIds),
    receiptsDue,
    reminderPlans: (db, documentIds) => reminderPlans({ accountTime: accountClocks }, db, documentIds),
    messageContent: (documentId, wanted) => messageContent(signatureDeps, documentId, wanted),
    accountContacts: findAccountContacts,
    meter: insertUnits,
    inbox: {
      checkBasic: async (clientId, secret) => {
        const client = await admin.findClient(clientId);
        return client?.id === firstClient.clientId && admin.findSecret(client, secret) !== undefined;
      },
    },
  });
  const accountFacts = async (accountId: string) => {
    const [name, logo] = await Promise.all([accountName(accountId), admin.readAccountLogo(accountId)]);
    return { name, orgNumber: undefined, logo };
  };
  const methodName = (method: string) => (eids.get(method, 'prod') ?? eids.get(method, 'test'))?.displayName ?? method;
  registerPackaging(
    {
      database,
      events,
      files,
      clock,
      accountTime: accountClocks,
      log,
      trust,
      pool,
      account: accountFacts,
      padesTemplate: (accountId, sha256) => readPadesTemplate({ files }, accountId, sha256),
      methodName,
      nationalNumber: (documentId, signed) => openSignedNumber(signatureDeps.nationalNumberBox, documentId, signed),
    },
    jobs,
    events,
    config.sealingThreads + 1,
  );
  registerResources(signatureDeps, jobs, events);
  notification.register(jobs, events);
  messaging.register(jobs, events);

  const requestLog = createRequestLog({ database, log });
  // The embedded database belongs to one process, which needs to share nothing.
  const throttleStore = database.kind === 'postgresql' ? createThrottleStore(database, log) : undefined;
  const throttling = createThrottling({
    sizes: config.throttleLimits,
    refuse: config.throttle,
    ...(throttleStore ? { store: throttleStore } : {}),
    log,
  });
  const http = createHttpServer({
    maxBodyBytes: config.maxBodyBytes,
    trustedProxies: config.trustedProxies,
    log,
    defaultEnvironment: 'test',
    clock,
    throttling,
    requireHttps: config.requireHttps,
    requestTimeoutMs: config.requestTimeoutMs,
    recordRequest: requestLog.record,
    corsOrigins: admin,
  });
  const idempotency = createIdempotency({
    database,
    box: createSecretBox(masterKey, 'idempotent answers'),
    clock,
    log,
  });
  const routes = [
    ...signature.routes,
    ...identification.routes,
    ...notification.routes,
    ...oauth.routes,
    ...admin.routes,
    ...templateRoutes({
      database,
      files,
      outboundHttp: outbound,
      pool,
      releaseFiles: (tx, ownerId) => unusedFiles.release(tx, ownerId),
      actingOwner: (context, accountId) => admin.actingOwner(context, accountId),
      account: accountFacts,
      publicUrl: config.publicUrl,
    }),
    ...accountClockRoutes({ database, clock, accountClocks }),
  ];
  registerRoutes(http, routes, {
    authenticate: (token) => oauth.verify(token),
    requireProduct: (principal, product) => products.requireProduct(principal, product),
    idempotency,
    statusCodes: config.statusCodes,
    clock,
    accountTime: accountClocks,
    log,
  });
  await oauth.register(http);
  admin.register(http);
  await trust.register(http);
  const shell = readOnce(join(SIGNING_APP, 'index.html'));
  signature.registerApp(http, { shell });
  for (const [app, prefix] of [
    [SIGNING_APP, '/app/assets/'],
    [IDENTIFICATION_APP, '/id/assets/'],
  ] as const) {
    await http.register(fastifyStatic, {
      root: join(app, 'assets'),
      prefix,
      index: false,
      immutable: true,
      maxAge: '365d',
      preCompressed: true,
      decorateReply: false,
    });
  }
  identification.registerApp(http, { shell: readOnce(join(IDENTIFICATION_APP, 'index.html')) });
  messaging.registerInbox(http);
  messaging.registerDeliveryReports(http);
  let ready = false;
  let stopFoldingCounts = async () => {};
  let stopDocumentTimers = async () => {};
  let stopReminders = async () => {};
  let stopSessionTimers = async () => {};
  registerReference(http, { publicUrl: config.publicUrl });
  registerOperations(http, {
    database,
    openApi: () =>
      openApiDocument(routes, {
        publicUrl: config.publicUrl,
        version: VERSION,
        statusCodes: config.statusCodes,
        ...CONTRACT_TEXTS,
      }),
    ready: () => ready,
    countGauges: () => packagingGauges(database, clock.now()),
  });

  return {
    http,
    firstClient,
    async startWorkers() {
      await jobs.start({ work: config.role !== 'api' });
      idempotency.start();
      if (config.role !== 'api') {
        await events.start();
        stopFoldingCounts = startFoldingCounts({ database, log });
        stopDocumentTimers = startDocumentTimers({ ...signatureDeps, clocks: accountClocks });
        stopSessionTimers = startSessionTimers({
          database,
          log,
          clock,
          clocks: accountClocks,
          settings: findIdentificationSettings,
        });
        stopReminders = messaging.startReminders({ clock, clocks: accountClocks });
      }
      // Its simulator tells where it is once it runs, for which nothing else has to wait.
      const [swedish] = await Promise.all([
        offerSwedishBankId(config, simulators, { clock, log }),
        config.role !== 'api' && unusedFiles.searchDaily(),
      ]);
      swedish.forEach(eids.register);
      ready = true;
    },
    async close() {
      ready = false;
      clearInterval(partitionTimer);
      notification.stop();
      await http.close();
      await idempotency.stop();
      oauth.close();
      await admin.close();
      await throttling.close();
      throttleStore?.close();
      await requestLog.close();
      await stopDocumentTimers();
      await stopReminders();
      await stopSessionTimers();
      await events.stop();
      await Promise.all([notification.drain(), jobs.stop()]);
      accountClocks.close();
      await stopFoldingCounts();
      await pool.close();
      await content.close();
      await outbound.close();
      await transports.email?.close?.();
      await (await simulators)?.close();
      await database.close();
    },
  };
}

/** Addresses that webhooks must never reach, because this instance itself listens there. */
function ownAddresses(config: Config): { host: string; port: number }[] {
  const { hostname, port, protocol } = new URL(config.publicUrl);
  const publicPort = Number(port) || (protocol === 'https:' ? 443 : 80);
  return [
    { host: hostname, port: publicPort },
    ...['127.0.0.1', '::1', 'localhost', config.host].flatMap((host) => [
      { host, port: config.port },
      { host, port: config.simulatorsPort },
    ]),
  ];
}

/** The file's text, read when it is first needed and kept. */
function readOnce(file: string): () => Promise<string> {
  let text: Promise<string> | undefined;
  return () => {
    text ??= readFile(file, 'utf8');
    return text;
  };
}
