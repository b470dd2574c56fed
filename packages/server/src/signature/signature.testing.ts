import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inspectPdf, repairPdf } from '@segl/ades';
import type { FastifyInstance } from 'fastify';
import { jwtVerify, SignJWT } from 'jose';
import type { TestDatabase } from '../../../test-kit/src/databases.ts';
import { findSigningSettings, insertUnits, writeAudit } from '../admin/index.ts';
import { ContentChecks, PdfConverter } from '../content/index.ts';
import { createEidRegistry, type EidOutcome, type EidProvider } from '../eid/index.ts';
import { createEvents } from '../kernel/events/create-events.ts';
import type { Environment } from '../kernel/events/events.ts';
import { releaseFiles } from '../kernel/files/file-owners.ts';
import { createLocalFileStore } from '../kernel/files/local-file-store.ts';
import { createHttpServer } from '../kernel/http/http-server.ts';
import { registerRoutes } from '../kernel/http/register-routes.ts';
import { createThrottling } from '../kernel/http/throttle.ts';
import { BUCKET_SIZES } from '../kernel/http/throttle-sizes.ts';
import { createSecretBox } from '../kernel/keys/sealed-box.ts';
import { createLog } from '../kernel/log/log.ts';
import {
  createOneTimeCodes,
  createPatternMatcher,
  createSignature,
  createSignLinks,
  type PdfCheck,
  type SignatureDeps,
} from './index.ts';

export const NORDBANK = '0195a000-0000-7000-8000-00000000000a';
export const SJOBANK = '0195a000-0000-7000-8000-00000000000b';
export const PUBLIC_URL = 'http://localhost:8642';
export const METHOD = 'no_bankid_netcentric';

export interface Caller {
  accountId?: string;
  environment?: Environment;
  /** Absent: all of documents. */
  scopes?: readonly string[];
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every operation
export type Answer = { status: number; headers: Record<string, string>; body: any; text: string; bytes: Buffer };

type Verb = 'GET' | 'POST' | 'HEAD' | 'PATCH' | 'DELETE';
const SCOPES = ['document_read', 'document_write', 'document_file'];

const TABLES = [
  'documents',
  'document_external_ids',
  'signers',
  'evidence_entries',
  'events',
  'event_outbox',
  'signatures',
  'signing_sessions',
  'sign_attempts',
  'eid_attempts',
] as const;

/** An eID of one person, whose answer to each attempt the test decides. An answer can be fetched once, as with real ones. */
export class TestEid implements EidProvider {
  readonly method: string = METHOD;
  readonly displayName = 'Test eID';
  readonly countryCode = 'NO';
  readonly allowsFraming: boolean = false;
  signs: EidProvider['signs'] = ['pdf'];
  readonly simulator = true;
  readonly started: Parameters<EidProvider['start']>[0][] = [];
  canceled = 0;
  /** Answered by `complete`; may wait or throw. */
  answer: () => Promise<EidOutcome> | EidOutcome = () => this.completed('Kari Nordmann');
  private readonly fetched = new Set<unknown>();

  async start(input: Parameters<EidProvider['start']>[0]) {
    this.started.push(input);
    const callbackKey = randomBytes(16).toString('base64url');
    return {
      step: { kind: 'redirect' as const, url: `https://eid.example.com/login?state=${callbackKey}` },
      state: { attempt: input.attemptId },
      callbackKey,
    };
  }

  async complete({ state }: Parameters<EidProvider['complete']>[0]): Promise<EidOutcome> {
    const outcome = await this.answer();
    if (outcome.result !== 'completed') return outcome;
    if (this.fetched.has(state.attempt)) return { result: 'failed', code: 'code_used' };
    this.fetched.add(state.attempt);
    return outcome;
  }

  async cancel(): Promise<void> {
    this.canceled += 1;
  }

  completed(fullName: string): EidOutcome {
    const [firstName = '', lastName = ''] = fullName.split(' ');
    return {
      result: 'completed',
      person: { fullName, firstName, lastName, dateOfBirth: '1984-06-02', uniqueId: `9578-${fullName}` },
      native: {
        format: 'oidc_id_token',
        mediaType: 'application/jwt',
        fileName: 'id-token.jwt',
        content: Buffer.from(`token of ${fullName} ${randomBytes(8).toString('hex')}`),
        binding: { nonce: 'n' },
      },
      authenticatedAt: new Date(),
      assuranceLevel: 'high',
    };
  }
}

/**
 * The capability on a real database, real files and real HTTP, with a clock that stands until it is moved. A token of
 * the API is `<account>.<environment>.<scopes>`.
 */
export class SignatureUnderTest {
  readonly #returns = new Map<string, string>();
  readonly eid = new TestEid();
  readonly http: FastifyInstance;
  readonly deps: SignatureDeps;
  private readonly database: TestDatabase;
  private readonly filesFolder: string;
  private nowMs = Date.now();
  private counter = 0;

  private constructor(
    database: TestDatabase,
    deps: Omit<SignatureDeps, 'eids' | 'clock' | 'accountTime'> & Partial<Pick<SignatureDeps, 'accountTime' | 'eids'>>,
    filesFolder: string,
  ) {
    this.database = database;
    this.filesFolder = filesFolder;
    const clock = { now: () => this.now() };
    const eids = createEidRegistry({ providers: [{ environment: 'test', provider: this.eid }] });
    this.deps = { accountTime: clock, eids, ...deps, clock };
    const log = createLog('silent');
    this.http = createHttpServer({
      maxBodyBytes: 2_000_000,
      trustedProxies: ['127.0.0.1/32'],
      log,
      defaultEnvironment: 'test',
      throttling: createThrottling({ sizes: BUCKET_SIZES, refuse: false, log }),
    });
    const signature = createSignature(this.deps);
    registerRoutes(this.http, signature.routes, {
      authenticate: async (token) => {
        const [accountId, environment, scopes] = token.split('.') as [string, Environment, string];
        return { clientId: 'client', accountId, environment, scopes: new Set(scopes.split('+')) };
      },
      requireProduct: async () => undefined,
      clock,
      accountTime: this.deps.accountTime,
      log,
    });
    signature.registerApp(this.http, { shell: async () => '<html><script>__SEGL_BOOT__</script></html>' });
  }

  static async start(database: TestDatabase, changes: Partial<SignatureDeps> = {}): Promise<SignatureUnderTest> {
    const log = createLog('silent');
    const masterKey = randomBytes(32);
    const directory = join(database.location.dataDir, 'files');
    const made: SignatureUnderTest = new SignatureUnderTest(
      database,
      {
        database,
        events: createEvents({ database, clock: { now: () => made.now() }, log }),
        files: await createLocalFileStore({ directory, masterKey, log }),
        log,
        box: createSecretBox(masterKey, 'columns'),
        nationalNumberBox: createSecretBox(masterKey, 'national numbers'),
        links: createSignLinks(masterKey),
        redirectTokens: testTokens(),
        messages: NO_MESSAGES,
        oneTimeCodes: createOneTimeCodes(masterKey),
        codeMessages: CODES_OF_TESTS,
        patterns: createPatternMatcher(),
        sealXml: async (_account, xml) => ({ bytes: xml, level: 'B-LT' }),
        raiseSeal: async (sealed) => sealed,
        checkPdf,
        content: new ContentChecks({ threads: 1 }),
        converter: new PdfConverter({ program: 'off', maxPdfBytes: 100_000, log }),
        accountName: async () => 'Nordbank',
        accountProfile: async () => ({
          name: 'Nordbank',
          enabled: true,
          logoUrl: undefined,
          cssUrl: undefined,
          smsSender: undefined,
        }),
        requireFeatures: async () => undefined,
        hasProduct: async () => true,
        writeAudit,
        meter: insertUnits,
        externalIdPolicy: async () => 'strict',
        signingSettings: (accountId) => findSigningSettings(database, accountId),
        findPadesTemplate: async () => undefined,
        releaseFiles: async (tx, ownerId) => void (await releaseFiles(tx, ownerId)),
        resourceSources: [],
        publicUrl: PUBLIC_URL,
        maxDocumentBytes: 100_000,
        makePackage: async () => undefined,
        requireTimeStamps: async () => undefined,
        ...changes,
      },
      directory,
    );
    await made.http.ready();
    return made;
  }

  now(): Date {
    return new Date(this.nowMs);
  }

  /** What was charged for the document. */
  units(externalId: string): Promise<Record<string, unknown>[]> {
    return this.query(
      `select product, id, part, count, description from metered_units
        where external_reference = $1 order by occurred_at, product, part`,
      [externalId],
    );
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }

  async call(
    method: Verb,
    url: string,
    options: { bearer?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const answer = await this.http.inject({
      method,
      url,
      headers: {
        ...(options.bearer === undefined ? {} : { authorization: `Bearer ${options.bearer}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { payload: JSON.stringify(options.body) }),
    });
    const isJson = String(answer.headers['content-type']).startsWith('application/json');
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string>,
      body: isJson && answer.body !== '' ? answer.json() : undefined,
      text: answer.body,
      bytes: answer.rawPayload,
    };
  }

  /** As an account's program. */
  api(
    method: Verb,
    url: string,
    options: Caller & { body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { accountId = NORDBANK, environment = 'test', scopes = SCOPES, ...rest } = options;
    return this.call(method, url, { bearer: `${accountId}.${environment}.${scopes.join('+')}`, ...rest });
  }

  request(changes: Record<string, unknown> = {}, signers = ['kari']): Record<string, unknown> {
    this.counter += 1;
    return {
      title: 'Lease agreement',
      externalId: `contract-${this.counter}-${randomBytes(4).toString('hex')}`,
      contactDetails: { email: 'sender@nordbank.example' },
      dataToSign: { fileName: 'lease.pdf', base64Content: PDF.toString('base64') },
      signers: signers.map((name) => testSigner(name)),
      ...changes,
    };
  }

  async create(changes: Record<string, unknown> = {}, signers = ['kari']): Promise<Answer> {
    return this.api('POST', '/signature/documents', { body: this.request(changes, signers) });
  }

  /** Opens a sign URL as the signing app does. */
  async open(signUrl: string): Promise<{ token: string; signToken: string; handle: string; view: Answer['body'] }> {
    const { bootCode } = await this.boot(signUrl);
    const answer = await this.call('POST', '/app/v1/session', { body: { bootCode } });
    if (answer.status !== 200) throw new Error(`the session did not start: ${answer.text}`);
    const { sessionToken, signToken, handle, view } = answer.body;
    return { token: sessionToken, signToken, handle, view };
  }

  async boot(signUrl: string): Promise<{ bootCode: string | null; handle: string | null; state: string }> {
    const page = await this.call('GET', signUrl.replace(PUBLIC_URL, ''));
    return JSON.parse(/<script>(.*)<\/script>/.exec(page.text)![1]!);
  }

  /** As the signing app in a session. */
  app(method: 'GET' | 'POST', path: string, token: string, body?: unknown): Promise<Answer> {
    return this.call(method, `/app/v1${path}`, { bearer: token, ...(body === undefined ? {} : { body }) });
  }

  /** From the choice of the eID to its return; what is left is to complete. */
  async goToEidAndBack(session: { token: string; view: Answer['body'] }): Promise<string> {
    const { attemptId, callbackKey } = await this.goToEid(session);
    const back = await this.call('GET', `/app/v1/eid/callback?state=${callbackKey}&code=x`);
    if (back.status !== 303) throw new Error(`the callback was not taken: ${back.text}`);
    this.#returns.set(attemptId, String(back.headers.location).split('#attempt=')[1] ?? '');
    return attemptId;
  }

  /** The attempt as the address named it on its return; with a made-up code when it did not come back. */
  returned(attemptId: string): string {
    return this.#returns.get(attemptId) ?? `${attemptId}.${'x'.repeat(32)}`;
  }

  async goToEid(session: { token: string; view: Answer['body'] }): Promise<{ attemptId: string; callbackKey: string }> {
    const started = await this.app('POST', '/sign/start', session.token, {
      method: METHOD,
      documentSha256: session.view.document.sha256,
    });
    if (started.status !== 200) throw new Error(`signing did not start: ${started.text}`);
    const callbackKey = new URL(started.body.step.url).searchParams.get('state')!;
    return { attemptId: started.body.attemptId, callbackKey };
  }

  async sign(signUrl: string): Promise<Answer> {
    const session = await this.open(signUrl);
    const attemptId = await this.goToEidAndBack(session);
    return this.app('POST', '/sign/complete', session.token, { returnedAttempt: this.returned(attemptId) });
  }

  /** How many rows each table has, and how many files are kept. */
  async stored(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const table of TABLES) {
      const { rows } = await this.database.query<{ count: number }>(`select count(*)::integer as count from ${table}`);
      counts[table] = rows[0]!.count;
    }
    const entries = await readdir(this.filesFolder, { recursive: true, withFileTypes: true });
    counts.files = entries.filter((entry) => entry.isFile()).length;
    return counts;
  }

  async events(documentId: string): Promise<string[]> {
    const { rows } = await this.database.query<{ type: string }>(
      'select type from events where document_id = $1 order by occurred_at',
      [documentId],
    );
    return rows.map((row) => row.type);
  }

  async query<Row>(text: string, values: unknown[]): Promise<Row[]> {
    return (await this.database.query<Row>(text, values)).rows;
  }

  async stop(): Promise<void> {
    await this.http.close();
  }
}

export function testSigner(name: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    externalSignerId: `signer-${name}`,
    redirectSettings: { redirectMode: 'donot_redirect' },
    signatureType: { mechanism: 'pkisignature' },
    ...changes,
  };
}

/** Nobody is told anything. */
export const NO_MESSAGES: SignatureDeps['messages'] = {
  log: async () => [],
  askSigners: async () => undefined,
  followReminders: async () => undefined,
  manualReminders: async () => new Map(),
  remind: async () => undefined,
};

/** Everybody gets the same code, and nothing is sent. */
const CODES_OF_TESTS: SignatureDeps['codeMessages'] = { fixedCode: () => '123456', send: async () => undefined };

/** Signed tokens in real time, under a key of this test. */
function testTokens(): SignatureDeps['redirectTokens'] {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    issue(type, lifetimeSeconds, claimsOf) {
      const exp = Math.floor(Date.now() / 1000) + lifetimeSeconds;
      const token = new SignJWT({ ...claimsOf(new Date(exp * 1000)), exp });
      return token.setProtectedHeader({ alg: 'EdDSA', typ: type }).sign(privateKey);
    },
    async check(jwt) {
      const checked = await jwtVerify(jwt, publicKey).catch(() => undefined);
      if (!checked) return { genuine: false, fault: 'invalid_signature' };
      return { genuine: true, type: String(checked.protectedHeader.typ), claims: checked.payload, time: undefined };
    },
  };
}

/** The judgement of the sealing threads, without a thread. */
async function checkPdf(bytes: Uint8Array): Promise<PdfCheck> {
  const inspection = await inspectPdf(bytes);
  if (inspection.verdict === 'refused') {
    return { accepted: false, code: inspection.code, message: inspection.message };
  }
  return {
    accepted: true,
    pageCount: inspection.facts.pageCount,
    ...(inspection.verdict === 'repairable' ? { repaired: await repairPdf(bytes) } : {}),
  };
}

/** One page, made for the tests. */
export const PDF = pdf('Agreement');

export function pdf(text: string): Buffer {
  const content = `BT /F1 18 Tf 60 700 Td (${text}) Tj ET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Count 1/Kids[3 0 R]>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 5 0 R>>>>/Contents 4 0 R>>',
    `<</Length ${content.length}>>\nstream\n${content}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
  ];
  let body = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n\r\n`;
  });
  const size = objects.length + 1;
  const trailer = `trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${body.length}\n%%EOF\n`;
  return Buffer.from(`${body}xref\n0 ${size}\n0000000000 65535 f\r\n${offsets.join('')}${trailer}`, 'latin1');
}
