import { postToConfiguredService, ServiceRefusal } from '../../kernel/outbound-http/configured-service.ts';
import { type MessageTransport, type OutgoingSms, UndeliverableError } from '../message-transport.ts';

/** The protocols that an SMS can be handed over by. */
export const SMS_GATEWAYS = ['http', 'twilio', 'link_mobility'] as const;
export type SmsGateway = (typeof SMS_GATEWAYS)[number];

export interface SmsGatewayOptions {
  gateway: SmsGateway;
  /**
   * Where to post. User and password in it are sent by HTTP Basic; for `twilio` they are account SID and token, and the
   * path is added; for `link_mobility` the query has `platformId` and `platformPartnerId`.
   */
  url: URL;
}

const TIMEOUT_MS = 15_000;
/** LINK Mobility, SMS REST API: the message was queued. */
const LINK_QUEUED = 1005;
/** What another try may mend: log-in, time-out, too many at once. */
const PASSING = [401, 402, 403, 407, 408, 425, 429];

interface Post {
  url: URL;
  contentType: string;
  body: string;
}

/** Hands SMS over to a gateway by HTTP. */
export function createSmsTransport({ gateway, url }: SmsGatewayOptions): MessageTransport<OutgoingSms> {
  const { username, password } = url;
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const headers: Record<string, string> = username
    ? { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
    : {};
  const base = new URL(url);
  base.username = '';
  base.password = '';
  return {
    async send(sms) {
      const { contentType, body, url: target } = POSTS[gateway](base, sms, decodeURIComponent(username));
      const answer = await postToConfiguredService(target.href, {
        contentType,
        body: Buffer.from(body),
        headers: { accept: 'application/json', ...headers, 'idempotency-key': sms.id },
        timeoutMs: TIMEOUT_MS,
      }).catch((error: unknown) => {
        if (!(error instanceof ServiceRefusal)) throw new Error('the SMS gateway did not answer');
        const what = `the SMS gateway answered ${error.status}`;
        const final = error.status >= 400 && error.status < 500 && !PASSING.includes(error.status);
        throw final ? new UndeliverableError(what) : new Error(what);
      });
      if (gateway === 'link_mobility') requireQueued(answer);
    },
  };
}

const POSTS: Record<SmsGateway, (base: URL, sms: OutgoingSms, user: string) => Post> = {
  http: (url, { id, sender, to, text, reportUrl }) => ({
    url,
    contentType: 'application/json',
    body: JSON.stringify({ id, from: sender, to, text, reportUrl }),
  }),
  /** Twilio, Programmable Messaging: the Message resource, version 2010-04-01. */
  twilio: (base, { sender, to, text, reportUrl }, user) => ({
    url: new URL(`/2010-04-01/Accounts/${encodeURIComponent(user)}/Messages.json`, base),
    contentType: 'application/x-www-form-urlencoded',
    // A sender that is a messaging service has an id that begins with MG.
    body: new URLSearchParams({
      To: to,
      [/^MG[0-9a-f]{32}$/.test(sender) ? 'MessagingServiceSid' : 'From']: sender,
      Body: text,
      ...(reportUrl ? { StatusCallback: reportUrl } : {}),
    }).toString(),
  }),
  /** LINK Mobility, SMS REST API: POST /sms/send. */
  link_mobility: (base, { id, sender, to, text }) => {
    const url = new URL(base);
    url.search = '';
    return {
      url,
      contentType: 'application/json',
      body: JSON.stringify({
        source: sender,
        destination: to,
        userData: text,
        platformId: base.searchParams.get('platformId') ?? '',
        platformPartnerId: base.searchParams.get('platformPartnerId') ?? '',
        refId: id,
        useDeliveryReport: false,
      }),
    };
  },
};

/** It answers 200 with a code of its own also for what it does not take. */
function requireQueued(answer: Uint8Array): void {
  let code: unknown;
  try {
    code = (JSON.parse(Buffer.from(answer).toString('utf8')) as { resultCode?: unknown }).resultCode;
  } catch {
    code = undefined;
  }
  if (code !== LINK_QUEUED) throw new Error(`the SMS gateway did not queue the message: code ${Number(code)}`);
}
