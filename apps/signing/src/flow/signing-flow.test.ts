import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FakeApi, RETURN_CODE, type Scenario, startFakeApi } from '../../test/fake-api.ts';
import { contract } from '../../test/sample-pdf.ts';
import type { WebMessage } from '../embedding/web-messages.ts';
import type { Boot, View } from '../server/contract.ts';
import { connectToSignHost } from '../server/sign-host.ts';
import { openSessionStore, type SessionStore } from '../session/session-store.ts';
import { createSigningFlow, type SigningFlow } from './signing-flow.ts';

const twoMethods = [
  { method: 'se_bankid', name: 'Swedish BankID', countryCode: 'SE' },
  { method: 'no_bankid_netcentric', name: 'BankID', countryCode: 'NO' },
];
const busy = { status: 503, body: { code: 'unavailable' } };

function attachmentOf(digit: string): View['attachments'][number] {
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
const nordbank = { account: { name: 'Nordbank AS' }, contact: { email: 'ola@nordbank.example' } };
const before = { useCheckBox: true, accepted: false, fields: [] };

const scenarios: Record<string, Scenario> = {
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

let api: FakeApi;
let left: string[];
let nowMs = 0;

beforeEach(async () => {
  api = await startFakeApi('', scenarios, contract);
  left = [];
});

afterEach(() => api.close());

/** A tab of the browser: what a reload keeps is its store. */
function openTab(
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
  const wait = async (ms: number) => void pauses.push(ms);
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
    now: () => nowMs,
    replaceBy: (url) => left.push(url),
    wait,
  });
  return { flow, store, pauses, told };
}

async function openLink(link: string, options: Parameters<typeof openTab>[0] = {}) {
  const tab = openTab({ ...options, boot: { ...api.boot(link), ...options.boot } });
  await tab.flow.start();
  return tab;
}

async function untilCopyIs(flow: SigningFlow, state: string): Promise<void> {
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
async function answerAtEid(store: SessionStore, answer: 'signed' | 'canceled' | 'failed') {
  const response = await fetch(`${api.origin}${left.at(-1)}&answer=${answer}`, { redirect: 'manual' });
  const attempt = response.headers.get('location')!.split('#attempt=')[1]!;
  const back = openTab({ store, attempt });
  await back.flow.start();
  return back;
}

describe('attachments', () => {
  const [six, seven] = [attachmentOf('6'), attachmentOf('7')];

  it('are opened from the overview in any order, each stored before the way back; the document comes last', async () => {
    const { flow } = await openLink('attached');
    for (const attachment of [seven, six]) {
      expect(flow.state().screen).toEqual({ name: 'overview' });
      flow.openDocument();
      expect(flow.state().screen).toEqual({ name: 'overview' });
      flow.openAttachment(attachment.id);
      expect(flow.state().screen).toEqual({ name: 'attachment', attachment });
      await flow.acceptAttachment(false);
      expect(api.calls).toContain(`POST /attachments/${attachment.id}/accept`);
    }
    flow.openDocument();
    expect(flow.state().screen).toEqual({ name: 'reading' });
  });

  it('lead back to the overview one step at a time, also from the document', async () => {
    const { flow } = await openLink('attached');
    flow.openAttachment(six.id);
    flow.stepBack();
    expect([flow.state().screen.name, api.calls.some((call) => call.includes('/accept'))]).toEqual(['overview', false]);
    for (const { id } of [six, seven]) {
      flow.openAttachment(id);
      await flow.acceptAttachment(false);
    }
    flow.openDocument();
    flow.stepBack();
    expect(flow.state().screen).toEqual({ name: 'overview' });
    const plain = await openLink('plain');
    plain.flow.stepBack();
    expect(plain.flow.state().screen).toEqual({ name: 'reading' });
  });

  it('that are accepted stay so after a reload', async () => {
    const { flow, store } = await openLink('attached');
    flow.openAttachment(six.id);
    await flow.acceptAttachment(false);
    const again = openTab({ store });
    await again.flow.start();
    expect(again.flow.state().screen).toEqual({ name: 'overview' });
    expect(again.flow.state().view?.attachments.map(({ accepted }) => accepted)).toEqual([true, false]);
  });

  it.each([
    ['SA-1029', 'unstored'],
    ['SA-1007', 'unseen'],
  ])('that could not be accepted, or not be left, are said to be so: %s', async (code, link) => {
    const { flow } = await openLink(link);
    flow.openAttachment(six.id);
    await flow.acceptAttachment(false);
    expect(flow.state().screen).toMatchObject({ name: 'failed', failure: { code } });
    await flow.tryAgain();
    expect(flow.state().screen.name).toBe('overview');
  });

  it('that come while the overview is shown are in it', async () => {
    const { flow } = await openLink('attached');
    api.change('attached', { attachments: [six, seven, attachmentOf('8')] });
    await flow.lookAgain();
    expect(flow.state().view?.attachments).toHaveLength(3);
  });

  it('that were added or taken away meanwhile come, or go', async () => {
    const { flow } = await openLink('added');
    api.change('added', { attachments: [attachmentOf('6')] });
    await flow.continueToSign();
    expect(flow.state().screen).toEqual({ name: 'overview' });
    flow.openAttachment(six.id);
    api.change('added', { attachments: [] });
    await flow.acceptAttachment(false);
    expect(flow.state().screen).toEqual({ name: 'reading' });
  });
});

describe('opening the link', () => {
  it('shows the document', async () => {
    const { flow, store } = await openLink('plain');
    expect(flow.state().screen).toEqual({ name: 'reading' });
    expect(store.tokens()?.signToken).toBe('sign-plain');
  });

  it('shows it again after a reload, without the link', async () => {
    const { store } = await openLink('plain');
    const { flow } = openTab({ store });
    await flow.start();
    expect(flow.state().screen).toEqual({ name: 'reading' });
  });

  it('asks for the link in a tab that knows nothing', async () => {
    const { flow } = openTab();
    await flow.start();
    expect(flow.state().screen).toEqual({ name: 'stopped', reason: 'open_link_again' });
  });

  it('says of an unknown link only that it does not work, and asks nothing', async () => {
    const { flow } = openTab({ boot: { state: 'unknown_link' } });
    await flow.start();
    expect(flow.state().screen).toEqual({ name: 'stopped', reason: 'unknown_link' });
    expect(api.calls).toEqual([]);
  });

  it('asks for the link again when the page lay open too long before it could start', async () => {
    const { flow } = openTab({ boot: { bootCode: 'grown-too-old', handle: 'plain~0' } });
    await flow.start();
    expect(flow.state().screen).toEqual({ name: 'stopped', reason: 'open_link_again' });
  });

  it('waits out a busy server with growing pauses', async () => {
    const { flow, pauses } = await openLink('bumpy');
    expect(flow.state().screen.name).toBe('reading');
    expect(pauses).toEqual([1000, 2000]);
  });

  it('says so when the server stays away, and opens the document when it is back', async () => {
    const { flow } = await openLink('down');
    expect(flow.state().screen).toEqual({ name: 'stopped', reason: 'maintenance' });
    await flow.lookAgain();
    expect(flow.state().screen.name).toBe('reading');
  });

  it('leads to the error address of the sender when the time has passed', async () => {
    const { flow } = await openLink('expired');
    expect(flow.state().screen).toEqual({
      name: 'stopped',
      reason: 'expired',
      redirect: 'https://nordbank.example/error',
    });
  });

  it('opens the document when the turn has come', async () => {
    const { flow } = await openLink('waiting');
    await flow.lookAgain();
    expect(flow.state().screen).toEqual({ name: 'stopped', reason: 'not_your_turn' });
    api.change('waiting', { state: 'sign' });
    await flow.lookAgain();
    expect(flow.state().screen).toEqual({ name: 'reading' });
  });
});

describe('choosing an eID', () => {
  it('is skipped when there is only one', async () => {
    const { flow } = await openLink('plain');
    await flow.continueToSign();
    expect(flow.state().screen.name).toBe('handing_over');
    expect(left).toEqual([expect.stringContaining('/eid?attempt=')]);
  });

  it('is asked when there are several, and leads back to the document', async () => {
    const { flow } = await openLink('two');
    await flow.continueToSign();
    expect(flow.state().screen).toEqual({ name: 'choosing' });
    flow.backToDocument();
    expect(flow.state().screen).toEqual({ name: 'reading' });
  });

  it('ends with SA-1011 when there is none', async () => {
    const { flow } = await openLink('none');
    await flow.continueToSign();
    expect(flow.state().screen).toEqual({ name: 'failed', failure: { code: 'SA-1011', retry: null } });
    expect(api.calls).toContain('POST /session/error');
  });

  it('shows what has become of a document that closed meanwhile, not an error', async () => {
    const { flow } = await openLink('closed');
    api.change('closed', { state: 'expired' });
    await flow.continueToSign();
    expect(flow.state().screen).toMatchObject({ name: 'stopped', reason: 'expired' });
  });

  it('keeps the signer on the document when there is no connection', async () => {
    const { flow } = await openLink('plain');
    await api.close();
    await flow.continueToSign();
    expect(flow.state().screen).toEqual({ name: 'reading', remark: 'no_connection' });
    api = await startFakeApi('', scenarios, contract);
  });
});

describe('proving who is there', () => {
  it('shows nothing of the document before, and the document after the login', async () => {
    const { flow, store } = await openLink('proveAtEid');
    expect(flow.state()).toMatchObject({ view: null, screen: { name: 'proving' } });
    expect(flow.state().locked?.document).toBeUndefined();
    await flow.proveAt(twoMethods[1]!);
    const { flow: back } = await answerAtEid(store, 'signed');
    expect(back.state()).toMatchObject({ locked: null, screen: { name: 'reading' } });
  });

  it('stays where it was when the person left the eID', async () => {
    const { flow, store } = await openLink('proveAtEid');
    await flow.proveAt(twoMethods[1]!);
    const { flow: back } = await answerAtEid(store, 'canceled');
    expect(back.state().screen).toEqual({ name: 'proving', remark: 'left_eid' });
  });

  it('ends with SA-1028 for another person', async () => {
    const { flow, store } = await openLink('anotherPerson');
    await flow.proveAt(twoMethods[1]!);
    const { flow: back } = await answerAtEid(store, 'failed');
    expect(back.state()).toMatchObject({ view: null, screen: { failure: { code: 'SA-1028', retry: null } } });
  });

  it('takes the code, and says what is wrong with another', async () => {
    const { flow } = await openLink('proveByCode');
    await flow.sendCode();
    expect(await flow.checkCode('654321')).toBe('wrong');
    expect(flow.state().locked?.authentication.code?.triesLeft).toBe(2);
    expect(await flow.checkCode('123456')).toBe('passed');
    expect(flow.state().screen).toEqual({ name: 'reading' });
  });

  it('ends with SA-1034 after the last try of the last code', async () => {
    const { flow } = await openLink('lastTry');
    expect(await flow.checkCode('654321')).toBe('used_up');
    expect(flow.state().screen).toMatchObject({ name: 'failed', failure: { code: 'SA-1034', retry: null } });
  });

  it('says whom to ask when the sender lets nobody in', async () => {
    const { flow } = await openLink('used');
    expect(flow.state().screen).toEqual({ name: 'stopped', reason: 'not_allowed', sender: nordbank });
  });
});

describe('what the sender asks before, and signing without a signature of the eID', () => {
  it('comes before the attachments', async () => {
    const { flow } = await openLink('asks');
    expect(flow.state().screen).toEqual({ name: 'dialog' });
    expect(await flow.acceptDialog(true, { meter: 'wrong' })).toEqual(['meter']);
    expect(await flow.acceptDialog(true, {})).toEqual([]);
    expect(flow.state().screen.name).toBe('overview');
  });

  it('accepts after the login', async () => {
    const { flow, store } = await openLink('accepts');
    await flow.continueToSign();
    const { flow: back } = await answerAtEid(store, 'signed');
    expect(back.state().screen).toEqual({ name: 'accepting' });
    back.backToDocument();
    await back.continueToSign();
    await back.acceptDocument();
    expect(back.state().screen.name).toBe('signed');
  });

  const handwriting = { kind: 'typed', firstName: 'Kari', lastName: 'Nordmann', picture: 'x', strokes: [] } as const;

  it('writes by hand, without an eID', async () => {
    const { flow } = await openLink('writes');
    await flow.continueToSign();
    expect(flow.state().screen).toEqual({ name: 'handwriting' });
    await flow.signByHand({ ...handwriting, strokes: [] });
    expect(flow.state().screen.name).toBe('signed');
  });

  it('asks to write again when there was only a dot', async () => {
    const { flow } = await openLink('dot');
    await flow.continueToSign();
    await flow.signByHand({ ...handwriting, strokes: [] });
    expect(flow.state().screen).toEqual({ name: 'handwriting', remark: 'signature_empty' });
  });
});

describe('coming back from the eID', () => {
  it('shows the signature and then the copy', async () => {
    const { flow, store } = await openLink('plain');
    await flow.continueToSign();
    const { flow: back } = await answerAtEid(store, 'signed');
    expect(back.state().screen.name).toBe('signed');
    expect(back.state().view?.signature?.fullName).toBe('Kari Nordmann');
    await untilCopyIs(back, 'ready');
  });

  it('shows the document and a quiet word when the signer left the eID', async () => {
    const { flow, store } = await openLink('plain');
    await flow.continueToSign();
    const { flow: back } = await answerAtEid(store, 'canceled');
    expect(back.state().screen).toEqual({ name: 'reading', remark: 'left_eid' });
    back.dismissRemark();
    expect(back.state().screen).toEqual({ name: 'reading' });
  });

  it('shows why the eID refused, with its own code', async () => {
    const { flow, store } = await openLink('refuses');
    await flow.continueToSign();
    const { flow: back } = await answerAtEid(store, 'failed');
    expect(back.state().screen).toMatchObject({
      name: 'failed',
      failure: { code: 'SA-1012', eidErrorCode: 'C131', eidErrorMessage: 'Cut off', retry: 'choose_method' },
    });
    await back.tryAgain();
    expect(back.state().screen.name).toBe('handing_over');
  });

  it('leads those who give up after a failure to the address for failures', async () => {
    const { flow, store } = await openLink('refusesForGood');
    await flow.continueToSign();
    const { flow: back } = await answerAtEid(store, 'failed');
    await back.cancelSigning();
    expect(left.at(-1)).toBe('https://nordbank.example/error?idfy-jwt=x');
    expect(api.calls).toContain('POST /session/cancel');
  });

  it('gives up what was begun when the browser came back by itself', async () => {
    const { flow, store } = await openLink('plain');
    await flow.continueToSign();
    const { flow: back } = openTab({ store });
    await back.start();
    expect(back.state().screen).toEqual({ name: 'reading', remark: 'left_eid' });
    await expect.poll(() => api.calls).toContain('POST /sign/abort');
  });

  it('asks again for an answer that did not arrive, and does not claim that nothing was signed', async () => {
    const { flow, store } = await openLink('plain');
    await flow.continueToSign();
    const attempt = new URL(left[0]!, api.origin).searchParams.get('attempt')!;
    const { flow: back } = openTab({ store, attempt: `${attempt}.${RETURN_CODE}` });
    await back.start();
    expect(back.state().screen).toMatchObject({ name: 'failed', failure: { retry: 'complete_attempt' } });
    await fetch(`${api.origin}${left[0]}&answer=signed`, { redirect: 'manual' });
    await back.tryAgain();
    expect(back.state().screen.name).toBe('signed');
  });
});

describe('after signing', () => {
  async function sign(handle: string) {
    const { flow, store } = await openLink(handle);
    await flow.continueToSign();
    return answerAtEid(store, 'signed');
  }

  it('asks for the copy 1, 2, 3 seconds apart, and offers the way back', async () => {
    const { flow, pauses } = await sign('slow');
    await untilCopyIs(flow, 'ready');
    expect(pauses).toEqual([1000, 2000, 3000]);
    expect(flow.state().screen).toMatchObject({ redirect: 'https://nordbank.example/done?status=success' });
  });

  it('leaves nothing in the tab when the signer goes back to the sender', async () => {
    const { flow, store } = await openLink('slow');
    flow.leave('https://nordbank.example/done');
    expect(left).toEqual(['https://nordbank.example/done']);
    expect(store.tokens()).toBeNull();
  });

  it.each([
    ['never', 'SA-1030'],
    ['unaskable', 'SA-1031'],
  ])('of a copy that is %s says %s, and that of the signature itself nothing is lost', async (link, code) => {
    const { flow, told } = await sign(link);
    await untilCopyIs(flow, 'late');
    expect(flow.state().screen).toMatchObject({ name: 'signed', copy: { state: 'late', code } });
    expect(told.map(({ type }) => type)).toContain('sign_success');
  });

  it('says when the copy takes too long, and asks again only on request', async () => {
    const { flow } = await sign('never');
    await untilCopyIs(flow, 'late');
    const asked = api.calls.filter((call) => call === 'GET /result').length;
    void flow.askForCopyAgain();
    await untilCopyIs(flow, 'late');
    expect(api.calls.filter((call) => call === 'GET /result').length).toBe(asked * 2);
  });

  it('does not wait for a copy while others have yet to sign', async () => {
    const { flow, pauses } = await sign('others');
    expect(flow.state().screen).toMatchObject({ name: 'signed', copy: { state: 'none' } });
    await expect.poll(() => api.calls.filter((call) => call === 'GET /result').length).toBe(1);
    expect(pauses).toEqual([]);
  });
});

describe('the code of what went wrong', () => {
  const unavailable = (method: string, mechanism = 'pkisignature'): Scenario => ({
    view: { mechanism, methods: [{ method, name: 'An eID', countryCode: 'NO' }] },
    instead: { 'POST /sign/start': Array(5).fill({ status: 503, body: { code: 'eid_unavailable' } }) },
  });
  const refusedStart = (status: number, code: string): Scenario => ({
    instead: { 'POST /sign/start': [{ status, body: { code, requestId: 'r-1' } }] },
  });
  const refusedSession = (status: number, code: string): Scenario => ({
    instead: { 'POST /session': [{ status, body: { code } }] },
  });
  const unknownKind = { ...attachmentOf('8'), type: 'sing_along' as 'sign' };

  const cases: [code: string, retry: string | null, scenario: Scenario, steps: ('start' | 'sign' | 'accept')[]][] = [
    ['SA-1000', 'open_session', refusedSession(500, 'internal_error'), ['start']],
    ['SA-1001', null, refusedStart(422, 'method_not_available'), ['start', 'sign']],
    ['SA-1009', null, { view: { document: { format: 'odt' } as never } }, ['start']],
    ['SA-1010', 'choose_method', unavailable('mitid'), ['start', 'sign']],
    ['SA-1011', null, { view: { methods: [] } }, ['start', 'sign']],
    ['SA-1014', 'choose_method', refusedStart(500, 'internal_error'), ['start', 'sign']],
    ['SA-1014', 'choose_method', refusedStart(422, 'document_changed'), ['start', 'sign']],
    ['SA-1015', null, { view: { attachments: [unknownKind] } }, ['start']],
    ['SA-1018', 'choose_method', unavailable('dk_nemid'), ['start', 'sign']],
    ['SA-1020', 'choose_method', unavailable('no_bankid_netcentric'), ['start', 'sign']],
    ['SA-1021', 'choose_method', unavailable('se_bankid'), ['start', 'sign']],
    ['SA-1022', 'choose_method', unavailable('no_buypass'), ['start', 'sign']],
    ['SA-1029', 'open_session', scenarios.unstored!, ['start', 'accept']],
  ];
  const coded = Object.fromEntries(cases.map(([, , scenario], at) => [`case-${at}`, scenario]));

  it.each(cases.map((one, at) => [one[0], at] as const))(
    '%s (case %i) is shown, told and written down',
    async (code, at) => {
      await api.close();
      api = await startFakeApi('', coded, contract);
      const [, retry, , steps] = cases[at]!;
      const tab = openTab({ boot: api.boot(`case-${at}`) });
      for (const step of steps) {
        if (step === 'start') await tab.flow.start();
        if (step === 'sign') await tab.flow.continueToSign();
        if (step === 'accept') {
          tab.flow.openAttachment(tab.flow.state().view!.attachments[0]!.id);
          await tab.flow.acceptAttachment(false);
        }
      }
      expect(tab.flow.state().screen).toMatchObject({ name: 'failed', failure: { code, retry } });
      expect(tab.told.at(-1)).toMatchObject({ type: 'sign_error', payload: { errorCode: code } });
      if (tab.flow.state().view) await expect.poll(() => api.calls).toContain('POST /session/error');
    },
  );

  it('is SA-1013 where no answer comes, and SA-1008 where the tab knows of no session', async () => {
    const { flow, told } = openTab({ boot: api.boot('plain') });
    const lost = openTab();
    await api.close();
    await flow.start();
    expect(flow.state().screen).toMatchObject({ name: 'failed', failure: { code: 'SA-1013', retry: 'open_session' } });
    expect(told).toMatchObject([{ type: 'sign_error', payload: { errorCode: 'SA-1013' } }]);
    await lost.flow.start();
    expect(lost.told).toMatchObject([{ type: 'sign_error', payload: { errorCode: 'SA-1008' } }]);
    api = await startFakeApi('', scenarios, contract);
  });

  it('of a file that cannot be shown is told and written down beside the document', async () => {
    const { flow, told } = await openLink('plain');
    flow.viewerFailed('SA-1016');
    expect(told.at(-1)).toMatchObject({
      type: 'sign_error',
      payload: { errorCode: 'SA-1016', documentId: expect.any(String) },
    });
    await expect.poll(() => api.calls).toContain('POST /session/error');
    expect(flow.state().screen).toEqual({ name: 'reading' });
  });
});

describe('inside a frame', () => {
  const origin = { messageOrigins: ['https://nordbank.example'] };
  const payload = { documentId: '01a20ce5-8e6c-72c1-b034-b4e24eada901' };

  it('opens the eID in a window, by a click where the browser wants one, and goes on when it hands over', async () => {
    let clicked = false;
    const windows: string[] = [];
    const tab = await openLink('framed', {
      boot: origin,
      windows(url) {
        if (clicked) windows.push(url);
        return clicked;
      },
    });
    const { flow, told, pauses } = tab;
    await flow.continueToSign();
    expect(flow.state().screen).toMatchObject({ name: 'handing_over', elsewhere: { opened: false } });
    clicked = true;
    flow.openEidWindow();
    expect(flow.state().screen).toMatchObject({ name: 'handing_over', elsewhere: { opened: true } });
    const response = await fetch(`${api.origin}${windows[0]}&answer=signed`, { redirect: 'manual' });
    await flow.eidReturned(response.headers.get('location')!.split('#attempt=')[1]!);
    await expect.poll(() => left).toEqual(['https://nordbank.example/done?status=success']);
    expect(pauses).toEqual([100]);
    expect(told).toEqual([
      { type: 'app_started', payload },
      { type: 'eid_selected', payload: 'no_bankid_netcentric' },
      { type: 'spinner_on' },
      { type: 'spinner_off' },
      { type: 'spinner_on' },
      { type: 'spinner_off' },
      { type: 'sign_success', payload },
    ]);
  });

  it('is not led by an answer of a window that it has turned away from', async () => {
    const { flow } = await openLink('framed', { boot: origin, windows: () => true });
    await flow.continueToSign();
    flow.leaveEid();
    await flow.eidReturned(`x.${RETURN_CODE}`);
    expect(flow.state().screen).toEqual({ name: 'reading', remark: 'left_eid' });
    expect(api.calls).not.toContain('POST /sign/complete');
  });

  it('hands over in the window of the eID, and needs no session there', async () => {
    const { flow } = openTab({ boot: { state: 'eid_window' }, attempt: 'a.b' });
    await flow.start();
    expect(left).toEqual(['handed over a.b']);
    expect(flow.state().screen).toEqual({ name: 'stopped', reason: 'eid_window' });
    expect(api.calls).toEqual([]);
  });

  it('goes to the error address by itself after a fatal error', async () => {
    const { flow, told } = await openLink('fatal');
    await flow.continueToSign();
    await expect.poll(() => left).toEqual(['https://nordbank.example/back?status=error']);
    expect(told.at(-1)).toMatchObject({ type: 'sign_error', payload: { errorCode: 'SA-1011', ...payload } });
  });

  it.each([
    ['expired', { type: 'document_expired', payload }],
    [
      'withdrawn',
      { type: 'sign_error', payload: expect.objectContaining({ errorCode: 'document_canceled', ...payload }) },
    ],
  ])('tells of a document that is %s once, after the start', async (link, message) => {
    const { flow, told } = await openLink(link);
    await flow.lookAgain();
    expect(told).toEqual([{ type: 'app_started', payload }, message]);
  });

  it('tells of each failure, with the eID’s words, and that the signer cancelled', async () => {
    const { flow, store } = await openLink('refuses');
    await flow.continueToSign();
    const back = await answerAtEid(store, 'failed');
    await back.flow.cancelSigning();
    expect(back.told).toEqual([
      { type: 'app_started', payload },
      { type: 'spinner_on' },
      { type: 'spinner_off' },
      {
        type: 'sign_error',
        payload: {
          errorCode: 'SA-1012',
          errorMessage: expect.any(String),
          eidErrorCode: 'C131',
          eidErrorMessage: 'Cut off',
          ...payload,
        },
      },
      { type: 'user_canceled', payload },
    ]);
  });

  it('tells when the end of the document has been reached, and when the session is over', async () => {
    const { flow, told } = await openLink('plain');
    flow.documentRead();
    api.endSessions();
    await flow.lookAgain();
    expect(told.slice(1)).toEqual([
      { type: 'document_read', payload },
      { type: 'sign_error', payload: expect.objectContaining({ errorCode: 'SA-1017' }) },
    ]);
  });
});

describe('a session that has ended', () => {
  it('is said, and starts again with the link’s own token', async () => {
    const { flow } = await openLink('plain');
    api.endSessions();
    await flow.lookAgain();
    expect(flow.state().screen).toEqual({ name: 'stopped', reason: 'session_ended' });
    await flow.startAgain();
    expect(flow.state().screen).toEqual({ name: 'reading' });
  });

  it('is still known as ended after a reload', async () => {
    const { flow, store } = await openLink('plain');
    api.endSessions();
    await flow.lookAgain();
    const { flow: reloaded } = openTab({ store });
    await reloaded.start();
    expect(reloaded.state().screen).toEqual({ name: 'stopped', reason: 'session_ended' });
  });
});

describe('the life of a session', () => {
  it('is learned from every look and every sign of life, on the device’s own clock', async () => {
    const { flow } = await openLink('plain');
    nowMs += 18 * 60_000;
    expect(flow.life.phase()).toBe('ending');
    await flow.keepAlive();
    expect(flow.life.phase()).toBe('alive');
    nowMs += 19 * 60_000;
    api.change('plain', { life: { expiresInSeconds: 90, endsInSeconds: 90 } });
    await flow.lookAgain();
    expect(flow.life.phase()).toBe('ending_for_good');
  });
});

it.each(['canceled_by_you', 'expired', 'session_ended'] as const)(
  'nothing is looked up any more once %s',
  async (reason) => {
    const { flow } = await openLink(reason === 'expired' ? 'expired' : 'plain');
    if (reason === 'canceled_by_you') await flow.cancelSigning();
    if (reason === 'session_ended') flow.endSession();
    const before = api.calls.length;
    await flow.lookAgain();
    expect(flow.state().screen).toMatchObject({ name: 'stopped', reason });
    expect(api.calls.length).toBe(before);
  },
);

describe('cancelling', () => {
  it('goes back to the sender where the sender wants that', async () => {
    const { flow } = await openLink('slow');
    await flow.cancelSigning();
    expect(left).toEqual(['https://nordbank.example/done?status=cancel']);
  });

  it('can be taken back where there is no way back to the sender', async () => {
    const { flow } = await openLink('plain');
    await flow.cancelSigning();
    expect(flow.state().screen).toEqual({ name: 'stopped', reason: 'canceled_by_you' });
    await flow.startAgain();
    expect(flow.state().screen).toEqual({ name: 'reading' });
  });
});
