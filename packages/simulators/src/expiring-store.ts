/**
 * A map whose entries expire and whose size is bounded: what a browser or a relying party makes the simulator remember
 * can neither grow without limit nor outlive its use. When it is full, the entry that was set first goes.
 */
export class ExpiringStore<Value> {
  readonly #entries = new Map<string, { value: Value; expiresAtMs: number }>();
  readonly #maxEntries: number;
  readonly #nowMs: () => number;
  #nextSweepAtMs = 0;

  constructor(maxEntries: number, nowMs: () => number = Date.now) {
    this.#maxEntries = maxEntries;
    this.#nowMs = nowMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    if (entry.expiresAtMs > this.#nowMs()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value, lifetimeSeconds: number): void {
    const now = this.#nowMs();
    this.#sweep(now);
    this.#entries.delete(key);
    while (this.#entries.size >= this.#maxEntries) this.#entries.delete(this.#entries.keys().next().value!);
    this.#entries.set(key, { value, expiresAtMs: now + lifetimeSeconds * 1000 });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  #sweep(now: number): void {
    if (now < this.#nextSweepAtMs) return;
    this.#nextSweepAtMs = now + 30_000;
    for (const [key, entry] of this.#entries) if (entry.expiresAtMs <= now) this.#entries.delete(key);
  }
}
