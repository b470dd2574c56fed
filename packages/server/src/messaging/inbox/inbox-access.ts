import type { FastifyRequest } from 'fastify';
import type { InboxDeps } from '../messaging-deps.ts';

/** Anything that says that the request went through somebody else's hands. */
const FORWARDING_HEADERS = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

/**
 * Whether the caller may see the links of others: a browser on the machine of a local instance, or who knows the
 * credentials of the first test client.
 */
export async function mayReadInbox(request: FastifyRequest, publicUrl: string, inbox: InboxDeps): Promise<boolean> {
  if (isLocalBrowser(request, publicUrl)) return true;
  const basic = readBasic(request.headers.authorization);
  return basic !== undefined && (await inbox.checkBasic(basic.clientId, basic.secret));
}

/**
 * The peer alone proves nothing: behind a reverse proxy on the same machine everybody has a loopback address. So the
 * instance must be a local one by its own address too, and no proxy may have left a trace. The `Host` header must name
 * this machine, else a foreign page could read along under a name that it resolves to 127.0.0.1 (DNS rebinding).
 */
function isLocalBrowser(request: FastifyRequest, publicUrl: string): boolean {
  return (
    isLoopbackName(new URL(publicUrl).hostname) &&
    isLoopbackAddress(request.socket.remoteAddress ?? '') &&
    isLoopbackName(hostName(request.headers.host ?? '')) &&
    FORWARDING_HEADERS.every((name) => request.headers[name] === undefined)
  );
}

function hostName(host: string): string {
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname : '';
}

function isLoopbackName(name: string): boolean {
  return name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name.replace(/^\[(.*)\]$/, '$1'));
}

function isLoopbackAddress(address: string): boolean {
  return /^(::ffff:)?127(\.\d{1,3}){3}$/.test(address) || address === '::1';
}

/** RFC 7617. */
function readBasic(authorization: string | undefined): { clientId: string; secret: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { clientId: text.slice(0, colon), secret: text.slice(colon + 1) };
}
