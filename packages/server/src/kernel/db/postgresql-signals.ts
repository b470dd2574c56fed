import type pg from 'pg';
import type { Log, Signals } from './database.ts';
import { LocalSignals } from './local-signals.ts';

const CHANNEL = 'segl_signals';

/**
 * Signals of one topic are merged for this long before they go out. NOTIFY takes a lock of the whole cluster at
 * commit, so it must not be part of every write.
 */
const MERGE_MS = 20;
const RECONNECT_MS = 1_000;

export interface PostgresqlSignalsOptions {
  /** Unique to this process, which ignores its own notifications. */
  process: string;
  send: (text: string, values: unknown[]) => Promise<unknown>;
  connect: () => pg.Client;
  log: Log;
}

/** Signals by LISTEN and NOTIFY. The listening connection is opened with the first listener. */
export class PostgresqlSignals implements Signals {
  readonly #options: PostgresqlSignalsOptions;
  readonly #local = new LocalSignals();
  readonly #due = new Set<string>();
  #sending: Promise<void> | undefined;
  #client: pg.Client | undefined;
  #connecting: Promise<void> | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: PostgresqlSignalsOptions) {
    this.#options = options;
  }

  send(topic: string): void {
    this.#local.send(topic);
    if (this.#closed) return;
    this.#due.add(topic);
    this.#sending ??= this.#sendDue();
  }

  on(topic: string, listener: () => void): () => void {
    const stop = this.#local.on(topic, listener);
    if (!this.#client && !this.#reconnect) this.#connecting ??= this.#listen();
    return stop;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#reconnect);
    await this.#connecting;
    await this.#sending;
    await this.#client?.end();
  }

  async #sendDue(): Promise<void> {
    await new Promise<void>((resolve) => setTimeout(resolve, MERGE_MS).unref());
    const topics = [...this.#due];
    this.#due.clear();
    try {
      await this.#options.send(`select pg_notify('${CHANNEL}', $1 || ' ' || topic) from unnest($2::text[]) topic`, [
        this.#options.process,
        topics,
      ]);
    } catch (error) {
      this.#options.log.warn({ err: error }, 'signals to other processes could not be sent');
    }
    this.#sending = undefined;
    if (this.#due.size > 0 && !this.#closed) this.#sending = this.#sendDue();
  }

  async #listen(): Promise<void> {
    const client = this.#options.connect();
    client.on('notification', ({ payload = '' }) => {
      const [process, topic] = payload.split(' ');
      if (process !== this.#options.process && topic) this.#local.send(topic);
    });
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, new Error('the connection ended')));
    try {
      await client.connect();
      await client.query(`listen ${CHANNEL}`);
      this.#client = client;
      this.#connecting = undefined;
      for (const topic of this.#local.topics()) this.#local.send(topic);
    } catch (error) {
      this.#connecting = undefined;
      this.#lost(client, error as Error);
    }
  }

  #lost(client: pg.Client, error: Error): void {
    if (this.#closed || this.#reconnect || this.#connecting) return;
    if (this.#client && this.#client !== client) return;
    this.#client = undefined;
    this.#options.log.warn({ err: error }, 'the connection that listens for signals was lost');
    this.#reconnect = setTimeout(() => {
      this.#reconnect = undefined;
      this.#connecting = this.#listen();
    }, RECONNECT_MS);
    this.#reconnect.unref();
  }
}
