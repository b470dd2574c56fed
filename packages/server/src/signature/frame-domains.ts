import type { Environment } from '../kernel/events/events.ts';

const MOST_DOMAINS = 10;
const ENTRY =
  /^(?:(https?):\/\/)?(\*\.)?((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)(:\d{1,5})?$/i;

/**
 * `redirectSettings.domain`: the hosts of the pages around the signing page, outermost first, separated by blanks. What is wrong with it, or
 * `undefined`. The last one receives messages, so it must be one host and not a pattern.
 */
export function frameDomainFault(domain: string, environment: Environment): string | undefined {
  const entries = entriesOf(domain);
  if (entries.length === 0) return 'Must name a host.';
  if (entries.length > MOST_DOMAINS) return `Must name at most ${MOST_DOMAINS} hosts.`;
  for (const entry of entries) {
    const [, scheme, , , port] = ENTRY.exec(entry) ?? [];
    if (!ENTRY.test(entry) || Number(port?.slice(1) ?? 1) > 65_535 || port === ':0') {
      return 'Must be hosts separated by blanks: host, host:port, *.host or an origin with its scheme.';
    }
    if (scheme?.toLowerCase() === 'http' && environment === 'prod') return 'Must be reached by https.';
  }
  return entries.at(-1)?.includes('*') ? 'The last host receives the messages and cannot be a pattern.' : undefined;
}

/** Who may frame the page, as CSP sources. No scheme means https, and http too for localhost in test. */
export function frameAncestors(domain: string | undefined, environment: Environment): string[] {
  if (domain === undefined || frameDomainFault(domain, environment)) return [];
  return entriesOf(domain).flatMap((entry) => origins(entry, environment));
}

/** Whom the page tells what happens: the last domain, in the modes with messages. */
export function messageOrigins(
  settings: { redirectMode: string; domain?: string | undefined },
  environment: Environment,
): string[] {
  const { redirectMode, domain } = settings;
  if (!redirectMode.endsWith('webmessaging') || domain === undefined || frameDomainFault(domain, environment))
    return [];
  // As the browser writes origins: in small letters, without the scheme's own port.
  return origins(entriesOf(domain).at(-1)!, environment).map((origin) => new URL(origin).origin);
}

function entriesOf(domain: string): string[] {
  return domain.split(/\s+/).filter(Boolean);
}

function origins(entry: string, environment: Environment): string[] {
  if (/^https?:\/\//i.test(entry)) return [entry];
  const isLocal = /^localhost(:\d+)?$/i.test(entry) && environment === 'test';
  return isLocal ? [`https://${entry}`, `http://${entry}`] : [`https://${entry}`];
}
