import { describe, expect, it } from 'vitest';
import { RETURN_CODE } from '../../test/fake-api.ts';
import { answerAtEid, api, left, openLink, openTab, withFakeApi } from './flow.testing.ts';

withFakeApi();

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
