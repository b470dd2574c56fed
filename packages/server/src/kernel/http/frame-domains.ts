import type { Environment } from '../events/events.ts';

const MOST_DOMAINS = 10;
const ENTRY =
  /^(?:(https?):\/\/)?(\*\.)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(:\d{1,5})?$/i;

/** Whether pages of this host may be reached by http too. */
export type AllowsHttp = (host: string) => boolean;

/**
 * The hosts of the pages around a page of ours, outermost first, separated by blanks. What is wrong with the list, or
 * `undefined`. The last one receives messages, so it must be one host and not a pattern.
 */
export function frameDomainFault(domains: string, allowsHttp: AllowsHttp): string | undefined {
  const entries = entriesOf(domains);
  if (entries.length === 0) return 'Must name a host.';
  if (entries.length > MOST_DOMAINS) return `Must name at most ${MOST_DOMAINS} hosts.`;
  for (const entry of entries) {
    const [, scheme, , host, port] = ENTRY.exec(entry) ?? [];
    if (host === undefined || Number(port?.slice(1) ?? 1) > 65_535 || port === ':0') {
      return 'Must be hosts separated by blanks: host, host:port, *.host or an origin with its scheme.';
    }
    if (scheme?.toLowerCase() === 'http' && !allowsHttp(host.toLowerCase())) return 'Must be reached by https.';
  }
  return entries.at(-1)?.includes('*') ? 'The last host receives the messages and cannot be a pattern.' : undefined;
}

/** The pages of a list that has no fault, as CSP sources. No scheme means https, and http too for localhost in test. */
export function frameSources(domains: string, environment: Environment): string[] {
  return entriesOf(domains).flatMap((entry) => sourcesOf(entry, environment));
}

/** Whom the page tells what happens: the last one of the list. As browsers write origins: small letters, no usual port. */
export function lastOrigins(domains: string, environment: Environment): string[] {
  return sourcesOf(entriesOf(domains).at(-1)!, environment).map((source) => new URL(source).origin);
}

/** Whether a page of this origin is among the sources. */
export function isListedOrigin(origin: string, sources: readonly string[]): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  return sources.some((source) => {
    const listed = new URL(source.replace('://*.', '://'));
    if (listed.protocol !== page.protocol || listed.port !== page.port) return false;
    return source.includes('://*.') ? page.hostname.endsWith(`.${listed.hostname}`) : listed.hostname === page.hostname;
  });
}

function entriesOf(domains: string): string[] {
  return domains.split(/\s+/).filter(Boolean);
}

function sourcesOf(entry: string, environment: Environment): string[] {
  if (/^https?:\/\//i.test(entry)) return [entry];
  const isLocal = /^localhost(:\d+)?$/i.test(entry) && environment === 'test';
  return isLocal ? [`https://${entry}`, `http://${entry}`] : [`https://${entry}`];
}
