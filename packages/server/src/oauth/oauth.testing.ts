import { randomBytes } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { type Admin, createAdmin } from '../admin/index.ts';
import type { Database } from '../kernel/db/database.ts';
import { createHttpServer } from '../kernel/http/http-server.ts';
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

/** The capability on a real database, with one account, and a clock that stands until it is moved. */
export class OAuthUnderTest {
  readonly http: FastifyInstance;
  readonly admin: Admin;
  readonly keys: KeyStore;
  accountId = '';
  readonly logged: Record<string, unknown>[] = [];
  tokens!: AccessTokens;
  private readonly closers: (() => void)[] = [];
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
    this.admin = createAdmin({ database, clock, masterKey: MASTER_KEY, box, log });
    this.keys = createKeyStore({ database, masterKey: MASTER_KEY, clock });
    this.lockOut = createLockOut({ database, clock, log });
    this.http = createHttpServer({ maxBodyBytes: 1_000_000, trustedProxies: [], log, defaultEnvironment: 'test' });
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
    await made.http.ready();
    return made;
  }

  /** Tokens of an instance on the same keys; each call is like another process, which remembers nothing. */
  async tokensFor(publicUrl: string): Promise<AccessTokens> {
    const { database, admin, clock } = this;
    const revoked = createRevokedTokens({ database, clock, log: this.log });
    await revoked.start();
    this.closers.push(() => revoked.close());
    return createAccessTokens({ publicUrl, database, keys: await this.tokenKeys(), revoked, admin, clock });
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

  async addClient(client: {
    scopes?: string[];
    secret?: string;
    lifetimeSeconds?: number;
    disabled?: boolean;
    expiresAt?: Date;
    environment?: 'test' | 'prod';
  }): Promise<string> {
    const id = (client.environment === 'prod' ? 'p' : 't') + randomBytes(16).toString('hex');
    await this.addSecret(id, client.secret ?? CLIENT_SECRET, client.expiresAt);
    await this.database.query(
      `update oauth_clients
          set environment = $2, allowed_scopes = $3, access_token_lifetime_seconds = $4, disabled_at = $5
        where id = $1`,
      [
        id,
        client.environment ?? 'test',
        client.scopes ?? ['document_read'],
        client.lifetimeSeconds ?? 3600,
        client.disabled ? this.now() : null,
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
