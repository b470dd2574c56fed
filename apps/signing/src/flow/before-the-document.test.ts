import { describe, expect, it } from 'vitest';
import {
  answerAtEid,
  api,
  attachmentOf,
  nordbank,
  openLink,
  openTab,
  twoMethods,
  withFakeApi,
} from './flow.testing.ts';

withFakeApi();

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
