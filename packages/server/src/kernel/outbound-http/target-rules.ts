import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Environment } from '../events/events.ts';

/**
 * Whose address it is: a webhook of an account, an address inside a foreign certificate (CRL, OCSP, issuer), or any
 * other address that came from outside.
 */
export type TargetKind = 'webhook' | 'certificate' | 'other';

/** Why a target is refused. For logs and for the choice of an error code, never for the caller's eyes. */
export type RefusalReason = 'url' | 'scheme' | 'host' | 'port' | 'own address' | 'name lookup' | 'address';

/** A target that is well-formed; its addresses are still to be judged. */
export interface ParsedTarget {
  url: URL;
  /** Name in ASCII form or IP literal without brackets. */
  host: string;
  port: number;
  isLiteral: boolean;
}

const MAX_URL_LENGTH = 2000;

/** Ports from 1024 up on which something listens that is not a web server and obeys whoever can reach it. */
const DENIED_PORTS = new Set([
  // mail, file systems, remote desktops, chat
  2049, 2525, 3389, 5900, 5985, 5986, 6000, 6667,
  // SQL and document databases
  1433, 1434, 1521, 3306, 5432, 5433, 5984, 6432, 7474, 7687, 8086, 9042, 9160, 26257, 27017, 27018, 27019, 28015,
  50000,
  // caches and search
  6379, 6380, 9200, 9300, 11211, 16379, 26379,
  // queues
  1883, 4222, 5671, 5672, 8883, 9092, 9093, 9094, 15672, 25672, 61613, 61616,
  // coordination, secrets, container and cluster APIs
  2181, 2375, 2376, 2377, 2379, 2380, 4243, 4369, 6443, 8200, 8300, 8500, 8501, 10250, 10255, 10256,
]);

/**
 * The syntax of a target: scheme http or https, no user info, no fragment, and a host in its one normal spelling, so
 * that what is checked is what is connected to. `2130706433`, `0x7f.1`, `127.1` and full-width digits all become
 * 127.0.0.1 in a URL parser; none of them is the normal spelling of anything.
 */
export function parseTarget(text: string): ParsedTarget | RefusalReason {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: URL parsers drop tabs and line ends silently
  if (text.length > MAX_URL_LENGTH || /[\u0000-\u0020\u007f\\#]/.test(text) || !URL.canParse(text)) return 'url';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'scheme';
  const authority = /^[a-z]+:\/\/([^/?]*)/i.exec(text)?.[1];
  if (!authority || authority.includes('@')) return 'url';
  const given = authority.replace(/:\d*$/, '').toLowerCase();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port ? Number(url.port) : url.protocol === 'https:' ? 443 : 80;
  if (isIP(host) === 6) return { url, host, port, isLiteral: true };
  if (isIP(host) === 4) return given === host ? { url, host, port, isLiteral: true } : 'host';
  if (host.endsWith('.') || given.includes('%') || domainToASCII(given) !== host) return 'host';
  return { url, host, port, isLiteral: false };
}

/** `privately`: every address of the target is in a range that the operator has opened for webhooks. */
export function refusedBySchemeOrPort(
  target: ParsedTarget,
  kind: TargetKind,
  environment: Environment,
  privately: boolean,
): 'scheme' | 'port' | undefined {
  if (target.url.protocol === 'http:') {
    const allowed = kind === 'certificate' || (kind === 'webhook' && (environment === 'test' || privately));
    if (!allowed) return 'scheme';
  }
  if (target.port === 443) return undefined;
  if (target.port === 80) {
    return environment === 'test' || privately || kind === 'certificate' ? undefined : 'port';
  }
  return target.port >= 1024 && !DENIED_PORTS.has(target.port) ? undefined : 'port';
}

/** `localhost` and the names under it always mean this machine (RFC 6761 §6.3), whatever a name server says. */
export function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}
