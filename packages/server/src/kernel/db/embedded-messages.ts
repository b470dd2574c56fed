/** Between the main thread and the thread that runs the embedded database. */
export interface EmbeddedWorkerData {
  folder: string;
  /** One Int32: how many syncs have reached the disk. */
  syncCounter: SharedArrayBuffer;
}

/** Frontend messages of the PostgreSQL protocol, or the wish to end. */
export type ToWorker = Uint8Array | 'close';

export type FromWorker =
  | { kind: 'ready' }
  /** Backend messages of the PostgreSQL protocol. */
  | { kind: 'answer'; bytes: Uint8Array<ArrayBuffer> }
  | { kind: 'broken'; message: string }
  | { kind: 'closed' };

/** The parts in one buffer of exactly their size, so that it can move to another thread. */
export function joinBytes(parts: Uint8Array<ArrayBuffer>[] | Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}
