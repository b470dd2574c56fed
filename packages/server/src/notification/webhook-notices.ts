import type { AccountNotice } from './notification-deps.ts';
import type { Webhook } from './store.ts';

type About = Pick<Webhook, 'id' | 'accountId' | 'environment' | 'name' | 'url'>;

/** To the contacts of the account when a webhook has fallen into trouble. */
export function troubleNotice(webhook: About, failures: number, lastError: string): AccountNotice {
  return {
    accountId: webhook.accountId,
    environment: webhook.environment,
    subject: `The webhook "${webhook.name}" does not get its events`,
    paragraphs: [
      `The last ${failures} attempts to deliver an event to webhook ${webhook.id} ("${webhook.name}", ${hostOf(webhook)}) have failed. The last one: ${lastError}.`,
      'Events wait from now on, and one of them is tried every minute. With the first one that is accepted all others follow at once.',
      'Without a success for five days the webhook is switched off. The events stay in the queue and in the log of events for 30 days.',
    ],
  };
}

/** To the contacts of the account when a webhook was switched off after days without success. */
export function switchedOffNotice(webhook: About, lastError: string): AccountNotice {
  return {
    accountId: webhook.accountId,
    environment: webhook.environment,
    subject: `The webhook "${webhook.name}" was switched off`,
    paragraphs: [
      `No event could be delivered to webhook ${webhook.id} ("${webhook.name}", ${hostOf(webhook)}) for five days, so it was switched off, and what waited for it was dropped. The last attempt: ${lastError}.`,
      `When the address works again, switch the webhook on with PATCH /notification/webhooks/${webhook.id} and { "active": true }. What it missed is sent again by POST /notification/events/replay, for events of the last 30 days.`,
    ],
  };
}

/** The rest of an address may hold a secret. */
function hostOf({ url }: About): string {
  return new URL(url).host;
}
