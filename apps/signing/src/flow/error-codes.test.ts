import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../test/fake-api.ts';
import { attachmentErrorCode } from './error-codes.ts';
import {
  answerAtEid,
  api,
  attachmentOf,
  openLink,
  openTab,
  scenarios,
  serve,
  twoMethods,
  withFakeApi,
} from './flow.testing.ts';

withFakeApi();

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

  const broken = (call: string, scenario: Scenario = {}): Scenario => ({
    ...scenario,
    instead: { [call]: [{ status: 500, body: { code: 'internal_error', requestId: 'r-1' } }] },
  });
  const atEid = { authentication: scenarios.proveAtEid!.authentication };
  const byCode = { authentication: scenarios.proveByCode!.authentication };
  const loggedIn = { view: { mechanism: 'identification', signStep: 'accept' as const } };
  const written = { kind: 'typed' as const, firstName: 'Kari', lastName: 'Nordmann', picture: 'x', strokes: [] };

  type Tab = ReturnType<typeof openTab>;
  type Step = (tab: Tab) => unknown;
  const sign: Step = ({ flow }) => flow.continueToSign();
  const accept: Step = ({ flow }) => {
    flow.openAttachment(flow.state().view!.attachments[0]!.id);
    return flow.acceptAttachment(false);
  };
  const prove: Step = ({ flow }) => flow.proveAt(twoMethods[1]!);
  /** Answers the tab to which the eID comes back. */
  const back =
    (answer: 'signed' | 'failed'): Step =>
    ({ store }) =>
      answerAtEid(store, answer);

  const cases: [code: string, retry: string | null, scenario: Scenario, ...steps: Step[]][] = [
    ['SA-1000', 'open_session', refusedSession(500, 'internal_error')],
    ['SA-1001', null, refusedStart(422, 'method_not_available'), sign],
    ['SA-1004', 'open_session', broken('POST /auth/start', atEid), prove],
    ['SA-1005', 'open_session', broken('POST /auth/complete', atEid), prove, back('signed')],
    [
      'SA-1006',
      'open_session',
      broken('POST /dialogs/before', scenarios.asks),
      ({ flow }) => flow.acceptDialog(true, {}),
    ],
    ['SA-1009', null, { view: { document: { format: 'odt' } as never } }],
    ['SA-1010', 'choose_method', unavailable('mitid'), sign],
    ['SA-1011', null, { view: { methods: [] } }, sign],
    ['SA-1012', 'choose_method', { failure: { errorCode: 'SA-1012' } }, sign, back('failed')],
    ['SA-1014', 'choose_method', refusedStart(500, 'internal_error'), sign],
    ['SA-1014', 'choose_method', refusedStart(422, 'document_changed'), sign],
    ['SA-1015', null, { view: { attachments: [unknownKind] } }],
    ['SA-1018', 'choose_method', unavailable('dk_nemid'), sign],
    ['SA-1019', 'choose_method', { failure: { errorCode: 'SA-1019' } }, sign, back('failed')],
    ['SA-1020', 'choose_method', unavailable('no_bankid_netcentric'), sign],
    ['SA-1021', 'choose_method', unavailable('se_bankid'), sign],
    ['SA-1022', 'choose_method', unavailable('no_buypass'), sign],
    ['SA-1023', 'choose_method', { failure: { errorCode: 'SA-1023' } }, sign, back('failed')],
    ['SA-1024', null, { failure: { errorCode: 'SA-1024' } }, sign, back('failed')],
    ['SA-1026', 'choose_method', unavailable('no_bankid_netcentric', 'identification'), sign],
    ['SA-1026', 'choose_method', broken('POST /sign/accept', loggedIn), sign, ({ flow }) => flow.acceptDocument()],
    [
      'SA-1027',
      'choose_method',
      broken('POST /sign/handwritten', scenarios.writes),
      sign,
      ({ flow }) => flow.signByHand(written),
    ],
    ['SA-1028', null, { failure: { errorCode: 'SA-1028' } }, sign, back('failed')],
    ['SA-1029', 'open_session', scenarios.unstored!, accept],
    ['SA-1033', 'open_session', broken('POST /auth/otp/send', byCode), ({ flow }) => flow.sendCode()],
    ['SA-1034', 'open_session', broken('POST /auth/otp/check', byCode), ({ flow }) => flow.checkCode('123456')],
  ];
  const coded = Object.fromEntries(cases.map(([, , scenario], at) => [`case-${at}`, scenario]));

  it.each(cases.map((one, at) => [one[0], at] as const))(
    '%s (case %i) is shown, told and written down',
    async (code, at) => {
      await serve(coded);
      const [, retry, , ...steps] = cases[at]!;
      let tab = openTab({ boot: api.boot(`case-${at}`) });
      await tab.flow.start();
      for (const step of steps) {
        const next = await step(tab);
        if (next && typeof next === 'object' && 'flow' in next) tab = next as Tab;
      }
      expect(tab.flow.state().screen).toMatchObject({ name: 'failed', failure: { code, retry } });
      expect(tab.told.at(-1)).toMatchObject({ type: 'sign_error', payload: { errorCode: code } });
      const { view, locked } = tab.flow.state();
      if (view ?? locked) await expect.poll(() => api.calls).toContain('POST /session/error');
    },
  );

  it.each([
    [null, 'SA-1016'],
    [404, 'SA-1003'],
    [500, 'SA-1002'],
    [403, 'SA-1002'],
  ])('of an attachment that cannot be shown follows from the server’s answer %j: %s', (status, code) => {
    expect(attachmentErrorCode(status)).toBe(code);
  });

  it('is SA-1013 where no answer comes, and SA-1008 where the tab knows of no session', async () => {
    const { flow, told } = openTab({ boot: api.boot('plain') });
    const lost = openTab();
    await api.close();
    await flow.start();
    expect(flow.state().screen).toMatchObject({ name: 'failed', failure: { code: 'SA-1013', retry: 'open_session' } });
    expect(told).toMatchObject([{ type: 'sign_error', payload: { errorCode: 'SA-1013' } }]);
    await lost.flow.start();
    expect(lost.told).toMatchObject([{ type: 'sign_error', payload: { errorCode: 'SA-1008' } }]);
    await serve();
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
