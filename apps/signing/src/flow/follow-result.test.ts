import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../test/fake-api.ts';
import { answerAtEid, api, left, openLink, serve, untilCopyIs, withFakeApi } from './flow.testing.ts';

withFakeApi();

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

describe('what the account waits for after the signature', () => {
  const waiting = (scenario: Scenario): Scenario => ({
    wayBack: 'https://nordbank.example/done',
    ...scenario,
    view: { successWaitSeconds: 30, redirect: { mode: 'redirect' }, ...scenario.view },
  });
  const failing = { status: 500, body: { code: 'internal_error' } };
  const cases: Record<string, Scenario> = {
    soon: waiting({ successActions: ['waiting', 'waiting', 'done'] }),
    framed: waiting({ successActions: ['waiting', 'done'], view: { redirect: { mode: 'iframe_with_redirect' } } }),
    late: waiting({ successActions: ['waiting'] }),
    unknown: waiting({ instead: { 'GET /result': Array(9).fill(failing) } }),
    over: waiting({ instead: { 'GET /result': [{ status: 401, body: { code: 'session_expired' } }] } }),
    failed: waiting({ successActions: ['waiting', 'failed'] }),
    framedLate: waiting({ successActions: ['waiting'], view: { redirect: { mode: 'iframe_with_redirect' } } }),
  };

  async function sign(link: string) {
    await serve(cases);
    const { flow, store } = await openLink(link);
    await flow.continueToSign();
    const back = await answerAtEid(store, 'signed');
    expect(back.flow.state().screen).toEqual({ name: 'finishing' });
    return back;
  }

  it('is asked for 1, 2, 3 seconds apart; the page around is told of the success when it is there', async () => {
    const { flow, pauses, told } = await sign('soon');
    expect(told.map(({ type }) => type)).not.toContain('sign_success');
    await untilCopyIs(flow, 'ready');
    expect(pauses.slice(0, 2)).toEqual([1000, 2000]);
    expect(told.map(({ type }) => type)).toEqual(['app_started', 'spinner_on', 'spinner_off', 'sign_success']);
    expect(flow.state().screen).not.toHaveProperty('unfinished');
  });

  it('holds back the way to the sender inside a frame', async () => {
    await sign('framed');
    await expect.poll(() => left.at(-1)).toBe('https://nordbank.example/done?status=success');
  });

  it.each([
    ['late', 'SA-1030', 8],
    ['unknown', 'SA-1031', 8],
    ['over', 'SA-1031', 0],
    ['failed', 'SA-1032', 1],
  ])(
    'that is %s says %s, that the signature is valid, and leads to the address for errors',
    async (link, code, waits) => {
      const { flow, pauses, told } = await sign(link);
      await expect
        .poll(() => flow.state().screen)
        .toMatchObject({
          name: 'signed',
          unfinished: { code },
          redirect: 'https://nordbank.example/done?status=error',
        });
      // 1 + 2 + … + 8 seconds are the first sum beyond thirty.
      expect(pauses.slice(0, waits)).toEqual(Array.from({ length: waits }, (_, at) => (at + 1) * 1000));
      const types = told.map(({ type }) => type);
      expect([types.includes('sign_success'), types.filter((type) => type === 'sign_error').length]).toEqual([
        false,
        1,
      ]);
      expect(told).toContainEqual({ type: 'sign_error', payload: expect.objectContaining({ errorCode: code }) });
      expect(api.calls).toContain('POST /session/error');
    },
  );

  it('that does not come in time leads to the address for errors by itself inside a frame', async () => {
    await sign('framedLate');
    await expect.poll(() => left.at(-1)).toBe('https://nordbank.example/done?status=error');
  });
});
