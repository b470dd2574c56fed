import { type KeyObject, randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type Admin, createAdmin } from '../admin/index.ts';
import type { Database } from '../kernel/db/database.ts';
import { createHttpServer } from '../kernel/http/http-server.ts';
import { registerRoutes } from '../kernel/http/register-routes.ts';
import { createKeyStore, type KeyStore } from '../kernel/keys/key-store.ts';
import { createSecretBox } from '../kernel/keys/sealed-box.ts';
import { createLog } from '../kernel/log/log.ts';
import { type AccessTokens, createAccessTokens } from './access-token.ts';
import { createLockOut, type LockOut } from './lock-out.ts';
import { createRevokedTokens } from './revoked-tokens.ts';
import { registerOAuth } from './token-endpoint.ts';
import { loadTokenKeys, type TokenKey, type TokenKeys } from './token-keys.ts';

export const PUBLIC_URL = 'https://api.example.com';
export const CLIENT_SECRET = 'c0ffee'.padEnd(64, '0');

const MASTER_KEY = randomBytes(32);

export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every operation
  body: any;
}

/** The capability on a real database, with one account, and a clock that stands until it is moved. */
export class OAuthUnderTest {
  readonly http: FastifyInstance;
  readonly admin: Admin;
  readonly keys: KeyStore;
  accountId = '';
  readonly logged: Record<string, unknown>[] = [];
  tokens!: AccessTokens;
  private readonly closers: (() => void)[] = [];
  private addresses = 0;
  readonly database: Database;
  private readonly lockOut: LockOut;
  private readonly clock = { now: () => new Date(this.nowMs) };
  private readonly log = createLog('info', { write: (line) => void this.logged.push(JSON.parse(line)) });
  // A whole second, since tokens count in seconds.
  private nowMs = Math.floor(Date.now() / 1000) * 1000;

  private constructor(database: Database) {
    this.database = database;
    const { clock, log } = this;
    const box = createSecretBox(MASTER_KEY, 'columns');
    this.admin = createAdmin({ publicUrl: PUBLIC_URL, database, clock, masterKey: MASTER_KEY, box, log });
    this.keys = createKeyStore({ database, masterKey: MASTER_KEY, clock });
    this.lockOut = createLockOut({ database, clock, log });
    this.http = createHttpServer({
      maxBodyBytes: 4_000_000,
      trustedProxies: ['10.0.0.0/8'],
      log,
      defaultEnvironment: 'test',
    });
  }

  static async start(database: Database): Promise<OAuthUnderTest> {
    const made = new OAuthUnderTest(database);
    const { clientId } = await made.admin.ensureFirstTestClient({});
    made.accountId = (await made.admin.findClient(clientId))!.accountId;
    made.tokens = await made.tokensFor(PUBLIC_URL);
    const { admin, tokens, lockOut, log } = made;
    await registerOAuth(made.http, {
      admin,
      tokens,
      lockOut,
      database,
      clock: made.clock,
      log,
      publicUrl: PUBLIC_URL,
    });
    registerRoutes(made.http, admin.routes, {
      authenticate: (token) => made.tokens.verify(token),
      requireProduct: async () => undefined,
      clock: made.clock,
      log,
    });
    admin.register(made.http);
    await made.http.ready();
    return made;
  }

  /** Tokens of an instance on the same keys; each call is like another process, which remembers nothing. */
  async tokensFor(publicUrl: string): Promise<AccessTokens> {
    const { database, admin, clock } = this;
    const revoked = createRevokedTokens({ database, clock, log: this.log });
    await revoked.start();
    this.closers.push(() => revoked.close());
    const keys = await this.tokenKeys();
    keys.start();
    this.closers.push(() => keys.close());
    return createAccessTokens({ publicUrl, database, keys, revoked, admin, clock });
  }

  tokenKeys(algorithm: TokenKey['algorithm'] = 'RS256', maxAgeDays = 90): Promise<TokenKeys> {
    const { keys, database, clock, log } = this;
    return loadTokenKeys({ keys, database, clock, log, algorithm, maxAgeMs: maxAgeDays * 86_400_000 });
  }

  now(): Date {
    return this.clock.now();
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }

  async addAccount(): Promise<string> {
    return (await this.admin.createAccount({ name: 'Sjøbank', testAccount: false })).accountId;
  }

  async addClient(client: {
    scopes?: string[];
    secret?: string;
    lifetimeSeconds?: number;
    disabled?: boolean;
    expiresAt?: Date;
    environment?: 'test' | 'prod';
    accountId?: string;
  }): Promise<string> {
    const id = (client.environment === 'prod' ? 'p' : 't') + randomBytes(16).toString('hex');
    await this.addSecret(id, client.secret ?? CLIENT_SECRET, client.expiresAt);
    await this.database.query(
      `update oauth_clients
          set environment = $2, allowed_scopes = $3, access_token_lifetime_seconds = $4, disabled_at = $5,
              account_id = $6
        where id = $1`,
      [
        id,
        client.environment ?? 'test',
        client.scopes ?? ['document_read'],
        client.lifetimeSeconds ?? 3600,
        client.disabled ? this.now() : null,
        client.accountId ?? this.accountId,
      ],
    );
    return id;
  }

  /** The first test client is the one that takes a secret from outside; afterwards it is a client like any other. */
  async addSecret(clientId: string, clientSecret: string, expiresAt?: Date): Promise<void> {
    await this.admin.ensureFirstTestClient({ clientId, clientSecret });
    await this.database.query(
      `update oauth_client_secrets set description = $2, expires_at = $3 where client_id = $1 and description = 'first'`,
      [clientId, `secret-${randomBytes(4).toString('hex')}`, expiresAt ?? null],
    );
  }

  async addKey(clientId: string, key: KeyObject, kid?: string, expiresAt?: Date): Promise<void> {
    await this.database.query(
      `insert into oauth_client_secrets (client_id, description, type, public_jwk, hint, created_at, expires_at)
       values ($1, $2, 'JsonWebKey', $3, '', $4, $5)`,
      [
        clientId,
        `key-${randomBytes(4).toString('hex')}`,
        JSON.stringify({ ...key.export({ format: 'jwk' }), ...(kid === undefined ? {} : { kid }) }),
        this.now(),
        expiresAt ?? null,
      ],
    );
  }

  /** A form, from an address of its own unless told: what fails here must not lock out the next one. */
  async post(path: string, form: Record<string, string>, address = this.nextAddress()): Promise<Answer> {
    const answer = await this.http.inject({
      method: 'POST',
      url: path,
      remoteAddress: address,
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-proto': 'https' },
      payload: new URLSearchParams(form).toString(),
    });
    return { status: answer.statusCode, body: answer.payload === '' ? undefined : answer.json() };
  }

  token(clientId: string, secret = CLIENT_SECRET, scope = ''): Promise<Answer> {
    return this.post('/oauth/connect/token', {
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: secret,
      scope,
    });
  }

  /** A call of the API with a token. */
  async call(token: string, method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, body?: unknown): Promise<Answer> {
    const answer = await this.http.inject({
      method,
      url,
      remoteAddress: this.nextAddress(),
      headers: { authorization: `Bearer ${token}`, 'x-forwarded-proto': 'https' },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    return { status: answer.statusCode, body: answer.payload === '' ? undefined : answer.json() };
  }

  private nextAddress(): string {
    this.addresses += 1;
    return `10.1.${this.addresses >> 8}.${this.addresses & 255}`;
  }

  async disable(what: 'client' | 'account', id: string): Promise<void> {
    const table = what === 'client' ? 'oauth_clients' : 'accounts';
    await this.database.query(`update ${table} set disabled_at = $2 where id = $1`, [id, this.now()]);
  }

  async stop(): Promise<void> {
    await this.http.close();
    this.lockOut.close();
    await this.admin.close();
    for (const close of this.closers) close();
  }
}
