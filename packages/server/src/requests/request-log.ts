import type { Database, Log } from '../kernel/db/database.ts';
import type { Environment } from '../kernel/events/events.ts';
import type { RecordRequest, RequestRecord } from '../kernel/http/request-record.ts';
import { parseGuid } from '../kernel/ids/uuid.ts';
import { findRequest, insertRequests, listRequests } from './store.ts';

/** One row per API request, found by its id for 30 days. */
export interface RequestLog {
  /** Keeps the record in memory until the next batch; never waits, and drops the record when too many are waiting. */
  record: RecordRequest;
  /** By the id of an answer, in any spelling. The owner's requests only, or anybody's when no owner is given. */
  find(requestId: string, owner?: { accountId: string; environment: Environment }): Promise<RequestRecord | undefined>;
  /** Newest first; `beforeId` is the id of the last record of the page before. */
  list(
    owner: { accountId: string; environment: Environment },
    options: { beforeId?: string; limit: number },
  ): Promise<RequestRecord[]>;
  /** Writes what is waiting. */
  flush(): Promise<void>;
  /** Writes what is waiting and stops; gives up after a few seconds. */
  close(): Promise<void>;
}

export interface RequestLogDeps {
  database: Database;
  log: Log;
  /** Records that may wait in memory; about 1 KB each. */
  maxWaiting?: number;
}

/** Addresses that are not of the API: pages, assets, health, and protocols of their own. */
const NOT_THE_API = /^\/(health|docs|trust|openapi\.json|app\/assets|test\/inbox)(\/|$)/;

const WRITE_EVERY_MS = 500;
const BATCH = 500;
const MAX_WAITING = 20_000;
/** SQLSTATE classes of rows that no later attempt can store. */
const DATA_FAULT = /^2[23]/;
const CLOSE_TIMEOUT_MS = 5000;

/**
 * Writes records in batches, off the path of the requests. While the database is away they wait, up to a bound; what does
 * not fit is dropped, and how many there were is logged.
 */
export function createRequestLog({ database, log, maxWaiting = MAX_WAITING }: RequestLogDeps): RequestLog {
  let waiting: RequestRecord[] = [];
  let dropped = 0;
  let writing: Promise<boolean> | undefined;
  const timer = setInterval(() => void writeAll(), WRITE_EVERY_MS);
  timer.unref();

  async function writeBatch(): Promise<boolean> {
    const batch = waiting.slice(0, BATCH);
    try {
      await insertRequests(database, batch);
      waiting.splice(0, batch.length);
      return true;
    } catch (err) {
      log.warn({ err, waiting: waiting.length }, 'the request log could not be written');
      if (!DATA_FAULT.test((err as { code?: string }).code ?? '')) return false;
      waiting.splice(0, batch.length);
      dropped += batch.length;
      return true;
    }
  }

  async function writeAll(): Promise<void> {
    if (dropped > 0) {
      log.warn({ dropped }, 'the request log fell behind: records were dropped');
      dropped = 0;
    }
    for (let written = true; written && waiting.length > 0; ) {
      writing ??= writeBatch().finally(() => {
        writing = undefined;
      });
      written = await writing;
    }
  }

  return {
    record(record) {
      if (NOT_THE_API.test(record.path)) return;
      if (waiting.length >= maxWaiting) dropped += 1;
      else waiting.push(record);
      if (waiting.length === BATCH) void writeAll();
    },

    async find(requestId, owner) {
      const id = parseGuid(requestId);
      return id === undefined ? undefined : findRequest(database, id, owner);
    },

    list: (owner, { beforeId, limit }) => listRequests(database, owner, { beforeId, limit }),

    flush: writeAll,

    async close() {
      clearInterval(timer);
      const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref());
      await Promise.race([writeAll(), late]);
      if (waiting.length > 0) log.warn({ dropped: waiting.length }, 'stopped before the request log was written');
      waiting = [];
    },
  };
}
