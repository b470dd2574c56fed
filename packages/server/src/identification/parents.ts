import { frameDomainFault, frameSources } from '../kernel/http/frame-domains.ts';
import type { SessionRecord } from './session-record.ts';

/** What is wrong with a list of the pages around a frame; they must be https, but on this machine. */
export function parentFault(domains: string): string | undefined {
  return frameDomainFault(domains, (host) => host === 'localhost' || host === '127.0.0.1');
}

/** The pages that may frame a session's page, as CSP sources. */
export function parentSources({ request, environment }: Pick<SessionRecord, 'request' | 'environment'>): string[] {
  return request.frame ? frameSources(request.frame.domains, environment) : [];
}
