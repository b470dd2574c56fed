import { describe, expect, it } from 'vitest';
import { RETURN_CODE } from '../../test/fake-api.ts';
import { answerAtEid, api, clock, left, openLink, openTab, serve, untilCopyIs, withFakeApi } from './flow.testing.ts';

withFakeApi();

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
    await serve();
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
    clock.nowMs += 18 * 60_000;
    expect(flow.life.phase()).toBe('ending');
    await flow.keepAlive();
    expect(flow.life.phase()).toBe('alive');
    clock.nowMs += 19 * 60_000;
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
