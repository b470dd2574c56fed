import { simulatedEids } from '@segl/simulators/src/simulated-eids.ts';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { launchBrowser, pageFaults, SCREENS } from '@segl/test-kit/browser';
import { type SeglProcess, sampleContract, startSegl } from '@segl/test-kit/segl-process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const back = 'https://portal.example.com/back';

/** Every eID of the test environment, from the caller's request to what the caller is told. */
const EIDS = [
  { method: 'no_buypass', olderName: 'NO_BUYPASS', simulated: simulatedEids.noBuypass, nin: '01010750160' },
  { method: 'mitid', olderName: 'UNKNOWN', simulated: simulatedEids.mitId, nin: '1907371213' },
  { method: 'dk_nemid', olderName: 'DA_NEMID', simulated: simulatedEids.mitId, nin: '1907371213' },
  { method: 'fi_eid', olderName: 'FI_TUPAS', simulated: simulatedEids.fiEid, nin: '210281-9988' },
  { method: 'itsme', olderName: 'UNKNOWN', simulated: simulatedEids.itsme, nin: '85073003328' },
  { method: 'google', olderName: 'Google', simulated: simulatedEids.google, nin: undefined },
  { method: 'microsoft', olderName: 'Microsoft', simulated: simulatedEids.microsoft, nin: undefined },
  { method: 'linkedin', olderName: 'LinkedIn', simulated: simulatedEids.linkedIn, nin: undefined },
  { method: 'github', olderName: 'GitHub', simulated: simulatedEids.github, nin: undefined },
  { method: 'facebook', olderName: 'Facebook', simulated: simulatedEids.facebook, nin: undefined },
] as const;
const FULL_NAMES: Record<string, string> = {
  no_buypass: 'Tomas Topstad',
  mitid: 'TestUser Tester',
  dk_nemid: 'TestUser Tester',
  fi_eid: 'PORTAALIA TESTAA',
  itsme: 'Georges Peeters',
};

describe('the eIDs of the test environment', () => {
  let segl: SeglProcess;
  let api: ApiClient;
  let browser: Browser;

  beforeAll(async () => {
    [segl, browser] = await Promise.all([startSegl({ environment: { SEGL_THROTTLE: 'off' } }), launchBrowser()]);
    api = await connect(segl);
  });
  afterAll(async () => {
    await browser?.close();
    await segl?.remove();
  });

  const expectFine = async (page: Page, name: string) => expect(await pageFaults(page, name), name).toEqual([]);

  /** Types on each page of the simulator what the first test person would. */
  async function passEid(page: Page, { steps, testLogin }: (typeof EIDS)[number]['simulated'], name: string) {
    const typed = testLogin({});
    for (const { segment, field } of steps) {
      const step = page.url();
      await page.locator('#step').waitFor();
      await expectFine(page, `${name}-${segment || 'start'}`);
      if (field === 'choice') await page.locator(`button[value="${typed[segment]}"]`).click();
      else if (field === 'confirmation') await page.locator('#step .primary').click();
      else
        await page
          .locator('#value')
          .fill(typed[segment]!)
          .then(() => page.keyboard.press('Enter'));
      await page.waitForURL((url) => url.href !== step);
    }
  }

  it.each(EIDS)('$method identifies for both APIs', async ({ method, olderName, nin }) => {
    const fullName = FULL_NAMES[method] ?? 'Kari Klaven';
    const email = nin === undefined ? 'kari.klaven@example.com' : undefined;
    const { body: session } = await api.request('POST', '/identification/v2/sessions', {
      flow: 'redirect',
      redirectSettings: { successUrl: back, abortUrl: back, errorUrl: back },
      allowedProviders: [method],
      include: ['name', 'email', ...(nin === undefined ? [] : ['nin'])],
    });
    const of = `/identification/v2/sessions/${session.id}`;
    expect((await api.request('POST', `${of}/simulate`, {})).status).toBe(204);
    const { body } = await api.request('GET', of);
    expect(body).toMatchObject({ status: 'success', provider: method, identity: { fullName } });
    expect([body.identity.nin, body.identity.email]).toEqual([nin, email]);

    const older = await api.request('POST', '/identification/session', {
      ReturnUrls: { Success: back, Abort: back, Error: back },
      IdentityProvider: method,
      GetSocialSecurityNumber: true,
    });
    const newest = await api.request('GET', '/identification/v2/sessions?limit=1');
    await api.request('POST', `/identification/v2/sessions/${newest.body.data[0].id}/simulate`, {});
    const { RequestId } = older.body;
    const result = (await api.request('GET', `/identification/session?metaData=true&requestId=${RequestId}`)).body;
    expect(result).toMatchObject({ Status: 'SUCCESS', Name: fullName });
    expect(result.SocialSecurityNumber ?? undefined).toBe(nin);
    expect([result.IdentityProvider, result.MetaData.provider]).toEqual([
      olderName,
      olderName === 'UNKNOWN' ? method : undefined,
    ]);
  });

  it.each([
    ['phone', 'sv', 'light', 'MitID', 'mitId'],
    ['desk', 'da', 'dark', 'Google', 'google'],
    ['phone', 'fi', 'dark', 'itsme', 'itsme'],
  ] as const)(
    'on the %s, in %s, %s: a user chooses %s among all, and identifies',
    async (size, language, themeMode, label, eid) => {
      const { body } = await api.request('POST', '/identification/v2/sessions', {
        flow: 'redirect',
        language,
        ui: { themeMode },
        redirectSettings: { successUrl: `${segl.url}/health/live`, abortUrl: back, errorUrl: back },
        include: ['name'],
      });
      const context = await browser.newContext({ viewport: SCREENS[size], colorScheme: themeMode });
      const page = await context.newPage();
      await page.goto(body.url);
      await page.locator('.card-action').first().waitFor();
      await expectFine(page, `eids-${size}`);
      await page.getByRole('button', { name: new RegExp(label) }).click();
      await page.waitForURL(/interaction/);
      await passEid(page, simulatedEids[eid], `${eid}-${size}`);
      await page.waitForURL(/health\/live/);
      const { body: after } = await api.request('GET', `/identification/v2/sessions/${body.id}`);
      expect(after).toMatchObject({
        status: 'success',
        identity: { fullName: FULL_NAMES[eid.toLowerCase()] ?? 'Kari Klaven' },
      });
      await context.close();
    },
  );

  it.each([
    ['mitid', 'pkisignature', 'phone'],
    ['no_buypass', 'pkisignature', 'desk'],
    ['fi_eid', 'identification', 'phone'],
  ] as const)('a signer signs with %s (%s), on the %s', async (method, mechanism, size) => {
    const request = documentRequest(await sampleContract());
    (request.signers as Record<string, unknown>[])[0]!.signatureType = { mechanism, signatureMethods: [method] };
    const { body } = await api.request('POST', '/signature/documents', request);
    const context = await browser.newContext({ viewport: SCREENS[size] });
    const page = await context.newPage();
    await page.goto(body.signers[0].url);
    await page.locator('.textLayer').first().waitFor();
    await page.getByRole('button', { name: /Continue to sign/ }).click();
    await page.waitForURL(/interaction/);
    await passEid(page, EIDS.find((one) => one.method === method)!.simulated, `sign-${method}-${size}`);
    if (mechanism === 'identification') await page.getByRole('button', { name: 'Sign', exact: true }).click();
    await page.getByRole('heading', { name: /^Signed/ }).waitFor();
    const { body: signer } = await api.request(
      'GET',
      `/signature/documents/${body.documentId}/signers/${body.signers[0].id}`,
    );
    expect(signer.documentSignature).toMatchObject({ signatureMethod: method, fullName: FULL_NAMES[method] });
    await context.close();
  });
});
