import { afterEach, beforeEach } from 'vitest';
import { type FakeApi, type Scenario, startFakeApi } from '../../test/fake-api.ts';
import { contract } from '../../test/sample-pdf.ts';
import type { WebMessage } from '../embedding/web-messages.ts';
import type { Boot, View } from '../server/contract.ts';
import { connectToSignHost } from '../server/sign-host.ts';
import { openSessionStore, type SessionStore } from '../session/session-store.ts';
import { createSigningFlow, type SigningFlow } from './signing-flow.ts';

export const twoMethods = [
  { method: 'se_bankid', name: 'Swedish BankID', countryCode: 'SE' },
  { method: 'no_bankid_netcentric', name: 'BankID', countryCode: 'NO' },
];
const busy = { status: 503, body: { code: 'unavailable' } };

export function attachmentOf(digit: string): View['attachments'][number] {
  return {
    id: `01a20ce5-8e6c-72c1-b034-b4e24eada96${digit}`,
    title: `Attachment ${digit}`,
    fileName: 'attachment.pdf',
    type: 'show_accept',
    sizeBytes: 1,
    sha256: digit.repeat(64),
    accepted: false,
  };
}

const atEid = { step: 'eid' as const, methods: twoMethods };
const byCode = { step: 'code' as const, methods: [], maskedNumber: '+47 ••• •• 123' };
export const nordbank = { account: { name: 'Nordbank AS' }, contact: { email: 'ola@nordbank.example' } };
const before = { useCheckBox: true, accepted: false, fields: [] };

/** What signers meet, by the token of the link. */
export const scenarios: Record<string, Scenario> = {
  proveAtEid: { authentication: atEid },
  proveByCode: { authentication: byCode },
  anotherPerson: { authentication: atEid, failure: { errorCode: 'SA-1028' } },
  lastTry: {
    authentication: { ...byCode, code: { sentAt: '', expiresAt: '', resendAt: '', triesLeft: 1, sendsLeft: 0 } },
  },
  asks: { view: { dialogs: { before }, attachments: [attachmentOf('6')] } },
  accepts: { view: { mechanism: 'identification' } },
  writes: { view: { mechanism: 'handwritten', signStep: 'handwriting' } },
  dot: {
    view: { mechanism: 'handwritten', signStep: 'handwriting' },
    instead: { 'POST /sign/handwritten': [{ status: 422, body: { code: 'signature_empty' } }] },
  },
  used: { instead: { 'POST /session': [{ status: 403, body: { code: 'link_used', ...nordbank } }] } },
  plain: {},
  two: { view: { methods: twoMethods } },
  attached: { view: { attachments: [attachmentOf('6'), attachmentOf('7')] } },
  unstored: {
    view: { attachments: [attachmentOf('6')] },
    instead: {
      [`POST /attachments/${attachmentOf('6').id}/accept`]: [{ status: 500, body: { code: 'internal_error' } }],
    },
  },
  unseen: {
    view: { attachments: [attachmentOf('6')] },
    instead: { 'GET /session': [{ status: 500, body: { code: 'internal_error' } }] },
  },
  added: {
    instead: { 'POST /sign/start': [{ status: 422, body: { code: 'attachments_not_accepted' } }] },
  },
  none: { view: { methods: [] } },
  slow: { pollsUntilPackaged: 3, wayBack: 'https://nordbank.example/done', view: { redirect: { mode: 'redirect' } } },
  never: { pollsUntilPackaged: 100 },
  unaskable: { instead: { 'GET /result': Array(8).fill({ status: 500, body: { code: 'internal_error' } }) } },
  others: { view: { remainingSigners: 2 } },
  refusesForGood: {
    wayBack: 'https://nordbank.example/back',
    view: { redirect: { mode: 'redirect' } },
    failure: { errorCode: 'SA-1012', redirect: 'https://nordbank.example/error?idfy-jwt=x' },
  },
  refuses: { failure: { errorCode: 'SA-1012', eidErrorCode: 'C131', eidErrorMessage: 'Cut off' } },
  fatal: {
    view: { methods: [], redirect: { mode: 'iframe_with_redirect' } },
    wayBack: 'https://nordbank.example/back',
  },
  framed: {
    noFrames: true,
    pollsUntilPackaged: 0,
    wayBack: 'https://nordbank.example/done',
    view: { redirect: { mode: 'iframe_with_redirect_and_webmessaging' } },
  },
  withdrawn: { view: { state: 'canceled' } },
  expired: { view: { state: 'expired', redirect: { mode: 'redirect', error: 'https://nordbank.example/error' } } },
  waiting: { view: { state: 'not_your_turn' } },
  bumpy: { instead: { 'POST /session': [busy, busy] } },
  down: { instead: { 'POST /session': Array(5).fill(busy) } },
  closed: { instead: { 'POST /sign/start': [{ status: 409, body: { code: 'document_expired', requestId: 'r-1' } }] } },
};

/** The stand-in of the sign host. */
export let api: FakeApi;
/** Where the browser was sent, in order. */
export let left: string[];
/** The device's own. */
export const clock = { nowMs: 0 };

/** A stand-in of its own for each test. */
export function withFakeApi(): void {
  beforeEach(() => serve());
  afterEach(() => api.close());
}

export async function serve(offered = scenarios): Promise<void> {
  await api?.close();
  api = await startFakeApi('', offered, contract);
  left = [];
}

/** A tab of the browser: what a reload keeps is its store. */
export function openTab(
  options: {
    boot?: Partial<Boot>;
    store?: SessionStore;
    attempt?: string;
    /** Inside a frame: what happens to windows. */
    windows?: (url: string) => boolean;
  } = {},
) {
  const store = options.store ?? openSessionStore(options.boot?.handle ?? 'none', null);
  const pauses: number[] = [];
  const told: WebMessage[] = [];
  const wait = async (ms: number) => {
    pauses.push(ms);
    clock.nowMs += ms;
  };
  const host = connectToSignHost({
    origin: api.origin,
    sessionToken: () => store.tokens()?.sessionToken || null,
    wait,
  });
  const flow = createSigningFlow({
    boot: { bootCode: null, handle: 'none', language: 'EN', messageOrigins: [], state: 'ok', ...options.boot },
    returnedAttempt: options.attempt ?? null,
    host,
    store,
    showHandle: () => {},
    goTo: (url) => left.push(url),
    framed: options.windows !== undefined,
    eidWindow: { open: (url) => options.windows?.(url) ?? false, close: () => {} },
    handOver: (attempt) => left.push(`handed over ${attempt}`),
    tell: (message) => told.push(message),
    now: () => clock.nowMs,
    replaceBy: (url) => left.push(url),
    wait,
  });
  return { flow, store, pauses, told };
}

export async function openLink(link: string, options: Parameters<typeof openTab>[0] = {}) {
  const tab = openTab({ ...options, boot: { ...api.boot(link), ...options.boot } });
  await tab.flow.start();
  return tab;
}

export async function untilCopyIs(flow: SigningFlow, state: string): Promise<void> {
  const arrived = () => {
    const { screen } = flow.state();
    return screen.name === 'signed' && screen.copy.state === state;
  };
  await new Promise<void>((resolve) => {
    if (arrived()) return resolve();
    const stop = flow.subscribe(() => {
      if (!arrived()) return;
      stop();
      resolve();
    });
  });
}

/** Goes through the stand-in of the eID and comes back with its answer, in the same tab. */
export async function answerAtEid(store: SessionStore, answer: 'signed' | 'canceled' | 'failed') {
  const response = await fetch(`${api.origin}${left.at(-1)}&answer=${answer}`, { redirect: 'manual' });
  const attempt = response.headers.get('location')!.split('#attempt=')[1]!;
  const back = openTab({ store, attempt });
  await back.flow.start();
  return back;
}
