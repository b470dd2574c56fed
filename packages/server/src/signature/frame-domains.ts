import type { Environment } from '../kernel/events/events.ts';
import * as frames from '../kernel/http/frame-domains.ts';

/** What is wrong with `redirectSettings.domain`, or `undefined`. */
export function frameDomainFault(domain: string, environment: Environment): string | undefined {
  return frames.frameDomainFault(domain, () => environment === 'test');
}

/** Who may frame the page, as CSP sources. */
export function frameAncestors(domain: string | undefined, environment: Environment): string[] {
  if (domain === undefined || frameDomainFault(domain, environment)) return [];
  return frames.frameSources(domain, environment);
}

/** Whom the page tells what happens: the last domain, in the modes with messages. */
export function messageOrigins(
  settings: { redirectMode: string; domain?: string | undefined },
  environment: Environment,
): string[] {
  const { redirectMode, domain } = settings;
  if (!redirectMode.endsWith('webmessaging') || domain === undefined || frameDomainFault(domain, environment))
    return [];
  return frames.lastOrigins(domain, environment);
}
