import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { type FromWorker, joinBytes, type ToWorker } from './embedded-messages.ts';

/** `AuthenticationOk` and `ReadyForQuery` (idle): what a server says to a start-up message that it accepts. */
const WELCOME = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);

/** First byte of the message `Terminate`. */
const TERMINATE = 0x58;

/**
 * The socket of a `pg` client whose server is the worker thread. So values, errors and prepared statements are those
 * of the same driver on both databases. Everything written in one turn of the event loop goes over as one message.
 */
export class EmbeddedStream extends EventEmitter {
  readonly #worker: Worker;
  #started = false;
  #outgoing: Uint8Array[] = [];
  writable = true;

  constructor(worker: Worker) {
    super();
    this.#worker = worker;
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'answer') this.emit('data', Buffer.from(message.bytes.buffer));
    });
  }

  connect(): void {
    queueMicrotask(() => this.emit('connect'));
  }

  write(bytes: Uint8Array, done?: () => void): boolean {
    if (!this.#started) {
      this.#started = true;
      queueMicrotask(() => this.emit('data', WELCOME));
    } else if (bytes[0] !== TERMINATE && this.#outgoing.push(bytes) === 1) {
      queueMicrotask(() => this.#send());
    }
    if (done) queueMicrotask(done);
    return true;
  }

  end(): void {
    this.destroy();
  }

  destroy(error?: Error): void {
    if (!this.writable) return;
    this.writable = false;
    if (error) this.emit('error', error);
    queueMicrotask(() => this.emit('close'));
  }

  setNoDelay(): void {}
  setKeepAlive(): void {}
  ref(): void {}
  unref(): void {}

  #send(): void {
    const bytes = joinBytes(this.#outgoing);
    this.#outgoing = [];
    this.#worker.postMessage(bytes satisfies ToWorker, [bytes.buffer]);
  }
}
