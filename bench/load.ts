import { Agent, request } from 'node:http';

export interface LoadResult {
  perSecond: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

export interface LoadRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** Sends requests one after the other on each of `connections` kept-alive connections, for `durationMs`. */
export async function load(
  url: string,
  options: { connections: number; durationMs: number; next: () => LoadRequest },
): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  const { hostname, port } = new URL(url);
  const times: number[] = [];
  const end = performance.now() + options.durationMs;

  const once = (wanted: LoadRequest) =>
    new Promise<void>((resolve, reject) => {
      const sent = request(
        { agent, hostname, port, method: wanted.method, path: wanted.path, headers: wanted.headers },
        (answer) => {
          answer.resume();
          answer.once('end', () =>
            (answer.statusCode ?? 500) < 300
              ? resolve()
              : reject(new Error(`${wanted.path} answered ${answer.statusCode}`)),
          );
        },
      );
      sent.once('error', reject);
      sent.end(wanted.body);
    });

  const started = performance.now();
  await Promise.all(
    Array.from({ length: options.connections }, async () => {
      while (performance.now() < end) {
        const from = performance.now();
        await once(options.next());
        times.push(performance.now() - from);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  agent.destroy();
  times.sort((a, b) => a - b);
  return { perSecond: times.length / seconds, p50: percentile(times, 0.5), p99: percentile(times, 0.99) };
}

/** Of sorted values. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
