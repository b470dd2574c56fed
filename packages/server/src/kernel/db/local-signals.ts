import { AsyncResource } from 'node:async_hooks';
import type { Signals } from './database.ts';

/** Signals within one process. A listener is called in a later turn, never from inside `send`. */
export class LocalSignals implements Signals {
  readonly #listeners = new Map<string, Set<() => void>>();

  send(topic: string): void {
    const listeners = this.#listeners.get(topic);
    if (!listeners) return;
    for (const listener of listeners) queueMicrotask(listener);
  }

  on(topic: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    // In the context of its registration: a signal sent inside a transaction must not draw the listener into it.
    const bound = AsyncResource.bind(listener);
    this.#listeners.set(topic, listeners.add(bound));
    return () => {
      listeners.delete(bound);
    };
  }

  topics(): string[] {
    return [...this.#listeners.keys()];
  }
}
