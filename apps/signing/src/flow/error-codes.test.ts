import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../test/fake-api.ts';
import { api, attachmentOf, openLink, openTab, scenarios, serve, withFakeApi } from './flow.testing.ts';

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
      await serve(coded);
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
