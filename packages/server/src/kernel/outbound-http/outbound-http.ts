import { networkInterfaces } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { LRUCache } from 'lru-cache';
import { buildConnector, Pool } from 'undici';
import type { Environment } from '../events/events.ts';
import type { Log } from '../log/log.ts';
import { canonicalAddress, isInRanges, isLoopbackAddress, isPublicAddress, parseRange } from './address-rules.ts';
import { connectionFailure } from './connection-failure.ts';
import { createResolveHost, type ResolveHost } from './resolve-host.ts';
import {
  isLoopbackName,
  type ParsedTarget,
  parseTarget,
  type RefusalReason,
  refusedBySchemeOrPort,
  type TargetKind,
} from './target-rules.ts';

/** A name or address, with a port, on which the installation itself listens; `0.0.0.0` and `::` are all of its own. */
export interface OwnAddress {
  host: string;
  port: number;
}

export interface OutboundHttpOptions {
  /** CIDR ranges that webhooks may reach although they are not public, over http and port 80 too. */
  allowedRanges: readonly string[];
  /**
   * Never called, also inside an allowed range. A name is refused on every port, `localhost` and an address only with
   * its port: other things of the same machine may listen there.
   */
  ownAddresses: readonly OwnAddress[];
  log: Pick<Log, 'info'>;
  /** PEM certificates that are trusted besides the public roots. */
  extraRoots?: readonly string[];
  resolveHost?: ResolveHost;
  /** How long a refusal takes at least, so that its duration tells nothing about internal names. */
  minimumRefusalMs?: number;
}

export interface TargetPolicy {
  environment: Environment;
  kind: TargetKind;
}

export type TargetCheck = { ok: true; addresses: string[] } | { ok: false; reason: RefusalReason };

interface OutboundRequest extends TargetPolicy {
  url: string;
  /** From the start (name lookup, connect, TLS, request) to the last header of the response. */
  timeoutMs: number;
  signal?: AbortSignal;
}

export interface OutboundPost extends OutboundRequest {
  headers: Record<string, string>;
  body: string | Buffer;
}

export interface OutboundGet extends OutboundRequest {
  /** Of the body; a longer one is cut. */
  maxBytes: number;
}

/** Any answer, redirects included: they are never followed. */
export interface OutboundResponse {
  status: number;
  reasonPhrase: string;
  /** Names in lower case. */
  headers: Record<string, string | string[]>;
  /** At most 64 KiB, or what a `get` allows, of what came within 5 seconds after the headers. */
  body: Buffer;
  /** From the start to the last header. */
  elapsedMs: number;
}

export interface OutboundFailure {
  /** `timeout`, `connection refused`, `tls: …`, `address not allowed` … */
  error: string;
  elapsedMs: number;
}

export interface OutboundHttp {
  /** Judges a target as an attempt would, by the rules against server-side request forgery. */
  checkTarget(url: string, policy: TargetPolicy): Promise<TargetCheck>;
  /** Checks the target and connects to exactly the addresses that were checked. Never rejects for what the other side does. */
  post(request: OutboundPost): Promise<OutboundResponse | OutboundFailure>;
  /** Likewise. */
  get(request: OutboundGet): Promise<OutboundResponse | OutboundFailure>;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 64 * 1024;
const BODY_TIMEOUT_MS = 5_000;
const MAX_POOLS = 500;
const MINIMUM_REFUSAL_MS = 400;

/** The only place that calls addresses which come from outside. */
export function createOutboundHttp(options: OutboundHttpOptions): OutboundHttp {
  const allowedRanges = options.allowedRanges.map(parseRange);
  const resolveHost = options.resolveHost ?? createResolveHost();
  const minimumRefusalMs = options.minimumRefusalMs ?? MINIMUM_REFUSAL_MS;
  const certificates = options.extraRoots?.length ? [...rootCertificates, ...options.extraRoots] : undefined;
  // Keyed by the checked addresses too: a name that moves gets new connections, one that is refused gets none.
  const pools = new LRUCache<string, Pool>({
    max: MAX_POOLS,
    dispose: (pool) => void pool.close().catch(() => undefined),
  });

  const isAllowed = (address: string) => isInRanges(address, allowedRanges);

  async function judge(url: string, policy: TargetPolicy, signal: AbortSignal): Promise<Judged> {
    const target = parseTarget(url);
    if (typeof target === 'string') return { ok: false, reason: target };
    if (isOwnName(target, options.ownAddresses)) return { ok: false, reason: 'own address' };
    const opened = policy.kind === 'webhook' && allowedRanges.length > 0;
    // What no address could make right is refused without a lookup.
    const early = refusedBySchemeOrPort(target, policy.kind, policy.environment, opened);
    if (early) return { ok: false, reason: early };
    const addresses = await addressesOf(target, signal);
    if (addresses.length === 0) return { ok: false, reason: 'name lookup' };
    const reachable = isLoopbackName(target.host) && opened ? addresses.filter(isAllowed) : addresses;
    const permitted = reachable.every((one) => isPublicAddress(one) || (opened && isAllowed(one)));
    if (reachable.length === 0 || !permitted) return { ok: false, reason: 'address' };
    const privately = opened && reachable.every(isAllowed);
    const late = refusedBySchemeOrPort(target, policy.kind, policy.environment, privately);
    if (late) return { ok: false, reason: late };
    if (reachable.some((one) => isOwnAddress(one, target.port, options.ownAddresses))) {
      return { ok: false, reason: 'own address' };
    }
    return { ok: true, addresses: reachable, target };
  }

  async function addressesOf(target: ParsedTarget, signal: AbortSignal): Promise<string[]> {
    if (target.isLiteral) return [canonicalAddress(target.host)].filter((one) => one !== undefined);
    if (isLoopbackName(target.host)) return ['127.0.0.1', '::1'];
    const answers = await resolveHost(target.host, signal).catch(() => []);
    signal.throwIfAborted();
    const addresses = answers.map(canonicalAddress);
    // An answer that cannot be read cannot be judged; leaving it out would judge only the others.
    return addresses.includes(undefined) ? [] : [...new Set(addresses as string[])].sort();
  }

  async function judgeAndLog(url: string, policy: TargetPolicy, signal: AbortSignal): Promise<Judged> {
    const notBefore = sleep(minimumRefusalMs, undefined, { signal, ref: false });
    notBefore.catch(() => undefined);
    const judged = await judge(url, policy, signal);
    if (judged.ok) return judged;
    await notBefore;
    options.log.info({ reason: judged.reason, kind: policy.kind }, 'outbound target refused');
    return judged;
  }

  function poolFor(kind: TargetKind, target: ParsedTarget, addresses: readonly string[]): Pool {
    const key = [kind, target.url.origin, ...addresses].join(' ');
    let pool = pools.get(key);
    if (!pool) {
      pool = new Pool(target.url.origin, {
        connect: connectTo(addresses, certificates),
        allowH2: false,
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      pools.set(key, pool);
    }
    return pool;
  }

  async function send(
    request: OutboundRequest,
    call: { method: 'GET' | 'POST'; headers: Record<string, string>; body?: string | Buffer },
    maxBytes: number,
  ): Promise<OutboundResponse | OutboundFailure> {
    const startedAt = performance.now();
    const elapsedMs = () => Math.round(performance.now() - startedAt);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
    const signal = request.signal ? AbortSignal.any([deadline.signal, request.signal]) : deadline.signal;
    try {
      const judged = await judgeAndLog(request.url, request, signal);
      if (!judged.ok) return { error: 'address not allowed', elapsedMs: elapsedMs() };
      const { target } = judged;
      const response = await poolFor(request.kind, target, judged.addresses).request({
        ...call,
        path: target.url.pathname + target.url.search,
        signal,
      });
      clearTimeout(timer);
      const headersMs = elapsedMs();
      return {
        status: response.statusCode,
        reasonPhrase: response.statusText,
        headers: definedHeaders(response.headers),
        body: await readBody(response.body, maxBytes),
        elapsedMs: headersMs,
      };
    } catch (error) {
      const timedOut = deadline.signal.aborted;
      const aborted = request.signal?.aborted === true && !timedOut;
      return {
        error: timedOut ? 'timeout' : aborted ? 'aborted' : connectionFailure(error),
        elapsedMs: elapsedMs(),
      };
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    async checkTarget(url, policy) {
      const judged = await judgeAndLog(url, policy, new AbortController().signal);
      return judged.ok ? { ok: true, addresses: judged.addresses } : judged;
    },

    post: (request) => send(request, { method: 'POST', headers: request.headers, body: request.body }, MAX_BODY_BYTES),

    get: (request) => send(request, { method: 'GET', headers: {} }, request.maxBytes),

    async close() {
      const open = [...pools.values()];
      await Promise.all(open.map((pool) => pool.destroy()));
      pools.clear();
    },
  };
}

type Judged = { ok: true; addresses: string[]; target: ParsedTarget } | { ok: false; reason: RefusalReason };

function isOwnName(target: ParsedTarget, own: readonly OwnAddress[]): boolean {
  if (target.isLiteral) return false;
  return own.some(
    ({ host, port }) => host.toLowerCase() === target.host && (!isLoopbackName(target.host) || port === target.port),
  );
}

function isOwnAddress(address: string, port: number, own: readonly OwnAddress[]): boolean {
  return own.some((one) => {
    if (one.port !== port) return false;
    if (isLoopbackName(one.host)) return isLoopbackAddress(address);
    const listening = canonicalAddress(one.host);
    if (listening === undefined) return false;
    if (listening === address) return true;
    if (!isLoopbackAddress(listening)) return false;
    const wildcard = listening === '0.0.0.0' || listening === '::';
    return isLoopbackAddress(address) || (wildcard && interfaceAddresses().has(address));
  });
}

function interfaceAddresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return new Set(all.map((entry) => canonicalAddress(entry.address.replace(/%.*/, '')) ?? entry.address));
}

/**
 * Connects to the given addresses whatever the name means by now, against DNS rebinding; the name stays in `Host` and
 * in TLS. Own connections also mean that no proxy of the environment is used.
 */
function connectTo(addresses: readonly string[], certificates: string[] | undefined): buildConnector.connector {
  const pinned = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return buildConnector({
    allowH2: false,
    autoSelectFamily: true,
    minVersion: 'TLSv1.2',
    ...(certificates ? { ca: certificates } : {}),
    lookup: (_hostname, lookupOptions, callback) => {
      if (lookupOptions.all) callback(null, pinned);
      else callback(null, pinned[0]!.address, pinned[0]!.family);
    },
  });
}

function definedHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)) as Record<
    string,
    string | string[]
  >;
}

/** What can be had of the body within the limits. It decides nothing, so no error of it does either. */
function readBody(body: Readable, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => body.destroy(), BODY_TIMEOUT_MS);
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBytes) body.destroy();
    });
    body.on('error', () => undefined);
    body.once('close', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).subarray(0, maxBytes));
    });
  });
}
