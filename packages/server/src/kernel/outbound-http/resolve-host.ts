import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';

/** All addresses of a name. Rejects when there is none or the lookup fails; gives up when `signal` fires. */
export type ResolveHost = (host: string, signal: AbortSignal) => Promise<string[]>;

const LOOKUP_TIMEOUT_MS = 3_000;
const LOOKUP_TRIES = 2;

/**
 * The machine's hosts file, then its name servers. Not the system's own lookup: that blocks one of two threads which
 * the whole process shares, so that one account's slow name server would hold up every other account's calls.
 */
export function createResolveHost(hostsFile = '/etc/hosts', nameServers?: readonly string[]): ResolveHost {
  return async (host, signal) => {
    const fixed = await readHostsFile(hostsFile, host);
    if (fixed.length > 0) return fixed;
    const resolver = new Resolver({ timeout: LOOKUP_TIMEOUT_MS, tries: LOOKUP_TRIES });
    if (nameServers) resolver.setServers(nameServers);
    const cancel = () => resolver.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      signal.throwIfAborted();
      const [v4, v6] = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
      const addresses = [v4, v6].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
      if (addresses.length > 0) return addresses;
      throw v4.status === 'rejected' ? v4.reason : new Error('The name has no address.');
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  };
}

async function readHostsFile(path: string, host: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const found: string[] = [];
  for (const line of text.split('\n')) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (address && isIP(address) !== 0 && names.some((name) => name.toLowerCase() === host)) found.push(address);
  }
  return found;
}
