import { describe, expect, it } from 'vitest';
import { answerAtEid, api, left, openLink, untilCopyIs, withFakeApi } from './flow.testing.ts';

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
