import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import type { Database, Queryable } from '../db/database.ts';
import { uuidv7 } from '../ids/uuid.ts';
import { createSecretBox } from './sealed-box.ts';

/** Any number, the same in every process. */
const LOCK_CLASS = 5_349_175;

export interface NewKey {
  /** What the key signs with, in the words of its user: `ES256`, `RS256` … */
  algorithm: string;
  privateKey: KeyObject;
  /** Its certificate and the chain above it, DER. */
  certificates?: Buffer[];
  /** From when it may be used; now unless told. */
  activatesAt?: Date;
  /** From when it is not used any more. */
  retiresAt?: Date;
}

export interface StoredKey {
  /** UUID version 7; also the `kid` of the key. */
  id: string;
  purpose: string;
  algorithm: string;
  privateKey: KeyObject;
  publicKey: KeyObject;
  certificates: Buffer[];
  createdAt: Date;
  activatesAt: Date;
  retiresAt: Date | undefined;
}

/** Asymmetric keys in the database, private ones encrypted under the master key. */
export interface KeyStore {
  /**
   * The key in use for a purpose: the last one activated that is not retired. Without one, `create` makes it; when
   * several processes do so at once, all get the same.
   */
  getOrCreate(purpose: string, create: () => Promise<NewKey>): Promise<StoredKey>;
  /** All keys of a purpose, retired ones too, the one activated last first. */
  list(purpose: string): Promise<StoredKey[]>;
  put(purpose: string, key: NewKey): Promise<StoredKey>;
  /**
   * Ends a key now, and in the same transaction puts `successor` there. `false`, and no successor, when it has ended
   * already or does not exist: of several processes one retires it.
   */
  retire(id: string, successor?: { purpose: string; key: NewKey }): Promise<boolean>;
}

interface KeyRow {
  id: string;
  purpose: string;
  algorithm: string;
  private_key: Buffer;
  public_key: Buffer;
  certificates: Buffer[];
  created_at: Date;
  activates_at: Date;
  retires_at: Date | null;
}

export interface KeyStoreOptions {
  database: Database;
  masterKey: Buffer;
  clock: Clock;
}

export function createKeyStore({ database, masterKey, clock }: KeyStoreOptions): KeyStore {
  const box = createSecretBox(masterKey, 'private keys');

  async function list(queryable: Queryable, purpose: string): Promise<StoredKey[]> {
    const { rows } = await queryable.query<KeyRow>(
      'select * from keys where purpose = $1 order by activates_at desc, id desc',
      [purpose],
    );
    return rows.map(open);
  }

  async function current(queryable: Queryable, purpose: string): Promise<StoredKey | undefined> {
    const now = clock.now();
    const keys = await list(queryable, purpose);
    return keys.find(({ activatesAt, retiresAt }) => activatesAt <= now && !(retiresAt && retiresAt <= now));
  }

  async function put(queryable: Queryable, purpose: string, key: NewKey): Promise<StoredKey> {
    const now = clock.now();
    const id = uuidv7(now);
    const der = key.privateKey.export({ format: 'der', type: 'pkcs8' });
    const { rows } = await queryable.query<KeyRow>(
      `insert into keys
         (id, purpose, algorithm, private_key, public_key, certificates, created_at, activates_at, retires_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning *`,
      [
        id,
        purpose,
        key.algorithm,
        box.encrypt(der, boundTo(id, purpose)),
        createPublicKey(key.privateKey).export({ format: 'der', type: 'spki' }),
        key.certificates ?? [],
        now,
        key.activatesAt ?? now,
        key.retiresAt ?? null,
      ],
    );
    return open(rows[0]!);
  }

  function open(row: KeyRow): StoredKey {
    return {
      id: row.id,
      purpose: row.purpose,
      algorithm: row.algorithm,
      privateKey: createPrivateKey({
        key: box.decrypt(row.private_key, boundTo(row.id, row.purpose)),
        format: 'der',
        type: 'pkcs8',
      }),
      publicKey: createPublicKey({ key: row.public_key, format: 'der', type: 'spki' }),
      certificates: row.certificates,
      createdAt: row.created_at,
      activatesAt: row.activates_at,
      retiresAt: row.retires_at ?? undefined,
    };
  }

  return {
    async getOrCreate(purpose, create) {
      const existing = await current(database, purpose);
      if (existing) return existing;
      // Made before the transaction: making it may take long and need the database, and a key too many is just dropped.
      const made = await create();
      return await database.transaction(async (tx) => {
        if (database.kind === 'postgresql') {
          await tx.query('select pg_advisory_xact_lock($1, hashtext($2))', [LOCK_CLASS, purpose]);
        }
        return (await current(tx, purpose)) ?? (await put(tx, purpose, made));
      });
    },
    list: (purpose) => list(database, purpose),
    put: (purpose, key) => put(database, purpose, key),
    retire: (id, successor) =>
      database.transaction(async (tx) => {
        const { rowCount } = await tx.query(
          'update keys set retires_at = $2 where id = $1 and (retires_at is null or retires_at > $2)',
          [id, clock.now()],
        );
        if (rowCount === 0) return false;
        if (successor) await put(tx, successor.purpose, successor.key);
        return true;
      }),
  };
}

function boundTo(id: string, purpose: string): string {
  return `${purpose} ${id}`;
}
