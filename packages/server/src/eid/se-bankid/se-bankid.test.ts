import { createHash } from 'node:crypto';
import { confirmAtPhone, openAtPhone } from '@segl/simulators/src/se-bankid/test-phone.ts';
import { type RunningSimulators, startSimulators } from '@segl/simulators/src/simulator-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock/clock.ts';
import type { EidNative } from '../eid-provider.ts';
import {
  describePolledEidConformance,
  requireCompleted,
  requireWaiting,
  soon,
} from '../polled-eid-provider.conformance.ts';
import type { EidWaiting, PolledEidStart } from '../polled-eid-provider.ts';
import { forkSimulators } from '../simulators.testing.ts';
import { verifyNative } from '../verify-native.ts';
import { animatedQr } from './animated-qr.ts';
import { toTwelveDigits } from './personal-number.ts';
import { createSeBankId, type SeBankIdSettings } from './se-bankid.ts';
import { verifySeBankId } from './verify-signature.ts';

const kalle = '198904207217';
const other = '191212121212';
type SeBankIdAccess = NonNullable<RunningSimulators['seBankId']>;
let simulators: Awaited<ReturnType<typeof forkSimulators>>;
let simulatorsUrl: string;
let settings: SeBankIdSettings;

function settingsFor(access: SeBankIdAccess, baseUrl: string): SeBankIdSettings {
  return {
    apiUrl: access.apiUrl,
    clientCertificate: access.clientCertificate,
    clientKey: access.clientKey,
    serverRoot: access.serverRoot,
    signingRoots: [access.signingRoot],
    autoStartUrl: `${baseUrl}/se-bankid/`,
    simulator: true,
    clock: systemClock,
  };
}

beforeAll(async () => {
  simulators = await forkSimulators([], { SEGL_SIMULATORS_SE_BANKID_PORT: '0' });
  simulatorsUrl = simulators.url;
  settings = settingsFor(simulators.seBankId!, simulators.url);
});

afterAll(() => simulators.stop());

const atPhone = (waiting: EidWaiting, personalNumber: string, securityCode?: string) => ({
  simulatorsUrl,
  code: waiting.qrData ?? '',
  personalNumber,
  securityCode,
});

describePolledEidConformance('se_bankid', () => ({
  provider: createSeBankId(settings),
  unreachable: createSeBankId({ ...settings, apiUrl: 'https://127.0.0.1:9/rp/v6.0' }),
  async confirm(waiting) {
    expect(await confirmAtPhone(atPhone(waiting, kalle))).toMatch(/Signed|Identified/);
  },
  async decline(waiting) {
    await confirmAtPhone(atPhone(waiting, kalle, 'cancel'));
  },
}));

const documentSha256 = createHash('sha256').update('contract').digest('hex');
const input: PolledEidStart = {
  attemptId: 'a',
  accountName: 'Nordbank',
  environment: 'test',
  purpose: 'sign',
  documentTitle: 'Contract',
  documentSha256,
  language: 'en',
  callbackUrl: 'http://localhost:9/eid/callback',
  endUserIp: '2001:db8::7',
};

async function start(changes: Partial<PolledEidStart> = {}, provider = createSeBankId(settings)) {
  return { provider, ...requireWaiting(await provider.start({ ...input, ...changes })) };
}

async function sign(changes: Partial<PolledEidStart> = {}) {
  const { provider, waiting, state } = await start(changes);
  await confirmAtPhone(atPhone(waiting, kalle));
  return requireCompleted(await provider.poll({ state, now: soon() }));
}

describe('se_bankid', () => {
  test('reports the person as BankID writes it, with the number only when it is asked for', async () => {
    const person = { fullName: 'Kalle Anka', firstName: 'Kalle', lastName: 'Anka', dateOfBirth: '1989-04-20' };
    const signed = await sign();
    expect(signed.person).toEqual(person);
    expect(signed).toMatchObject({ assuranceLevel: 'high', native: { fileName: 'bankid-signature.xml' } });
    const asked = await sign({ wantsNationalNumber: true });
    expect(asked.person).toEqual({ ...person, nationalNumber: { value: kalle, countryCode: 'SE' } });
  });

  test('follows the person: the code goes away when the app has it', async () => {
    const { provider, waiting, state } = await start();
    await openAtPhone(atPhone(waiting, kalle));
    const next = requireWaiting(await provider.poll({ state, now: soon() }));
    expect(next.waiting).toMatchObject({
      hintCode: 'userSign',
      message: { sv: expect.stringContaining('säkerhetskod') },
    });
    expect(next.waiting.qrData).toBeUndefined();
    await provider.cancel(next.state);
  });

  test('starts the app on the same device with the link', async () => {
    const { provider, waiting, state } = await start();
    const link = new URL(waiting.autoStartUrl!);
    expect((await fetch(link)).status).toBe(200);
    expect(requireWaiting(await provider.poll({ state, now: soon() })).waiting.hintCode).toBe('started');
    const code = link.searchParams.get('autostarttoken')!;
    await confirmAtPhone({ simulatorsUrl, code, personalNumber: kalle });
    requireCompleted(await provider.poll({ state, now: new Date(Date.now() + 6000) }));
  });

  test.each<[string, Record<string, unknown>]>([
    ['blocked', { result: 'failed', code: 'id_blocked', providerCode: 'certificateErr' }],
    ['down', { result: 'failed', code: 'provider_unavailable', providerCode: 'maintenance' }],
    ['error', { result: 'failed', code: 'provider_error', providerCode: 'internalError' }],
    ['risk', { result: 'failed', code: 'provider_error', providerCode: 'transactionRiskBlocked' }],
  ])('reports what the word %s picks', async (word, outcome) => {
    const { provider, waiting, state } = await start();
    await confirmAtPhone(atPhone(waiting, other, word));
    expect(await provider.poll({ state, now: soon() })).toMatchObject({ ...outcome, message: expect.anything() });
  });

  test('lets only the required person in, and refuses another one whom BankID would let through', async () => {
    const required = await start({ nationalNumber: '890420-7217' });
    await expect(openAtPhone(atPhone(required.waiting, other))).rejects.toThrow('another person');
    await required.provider.cancel(required.state);
    const { provider, waiting, state } = await start();
    await confirmAtPhone(atPhone(waiting, kalle));
    const outcome = await provider.poll({ state: { ...state, personalNumber: other }, now: soon() });
    expect(outcome).toMatchObject({ result: 'failed', code: 'nin_mismatch' });
  });

  test('ends both orders when a second one is made for the same person', async () => {
    const first = await start({ nationalNumber: kalle });
    expect(await first.provider.start({ ...input, nationalNumber: kalle })).toMatchObject({
      result: 'failed',
      code: 'already_in_progress',
      providerCode: 'alreadyInProgress',
    });
    expect(await first.provider.poll({ state: first.state, now: soon() })).toMatchObject({
      code: 'already_in_progress',
      providerCode: 'cancelled',
    });
  });

  test('makes new orders until the person has found the phone, and gives up after three minutes', async () => {
    let nowMs = Date.now();
    const clock = { now: () => new Date(nowMs) };
    const own = await startSimulators({
      port: 0,
      host: '127.0.0.1',
      clients: [],
      seBankIdPort: 0,
      waitSeconds: 30,
      nowMs: () => nowMs,
    });
    try {
      const provider = createSeBankId({ ...settingsFor(own.seBankId!, own.url), clock });
      const first = await start({}, provider);
      nowMs += 31_000;
      const renewed = requireWaiting(await provider.poll({ state: first.state, now: clock.now() }));
      expect(renewed.state.orderRef).not.toBe(first.state.orderRef);
      const act = { simulatorsUrl: own.url, code: renewed.waiting.qrData!, personalNumber: kalle };
      await confirmAtPhone({ ...act, securityCode: 'timeout' });
      nowMs += 31_000;
      expect(await provider.poll({ state: renewed.state, now: clock.now() })).toMatchObject({ code: 'timed_out' });

      const second = await start({}, provider);
      nowMs += 181_000;
      expect(await provider.poll({ state: second.state, now: clock.now() })).toMatchObject({
        result: 'failed',
        code: 'app_not_started',
        providerCode: 'startFailed',
      });
    } finally {
      await own.close();
    }
  });

  test('does not trust an API with another root', async () => {
    const provider = createSeBankId({ ...settings, serverRoot: settings.signingRoots[0]! });
    await expect(provider.start(input)).rejects.toMatchObject({ code: 'eid_unavailable' });
  });

  test('does not take a signature by another root', async () => {
    const provider = createSeBankId({ ...settings, signingRoots: [settings.serverRoot] });
    const { waiting, state } = await start({}, provider);
    await confirmAtPhone(atPhone(waiting, kalle));
    expect(await provider.poll({ state, now: soon() })).toMatchObject({
      code: 'provider_error',
      providerCode: 'invalid_signature: certificate',
    });
  });
});

describe('the native', () => {
  let native: EidNative;
  let another: EidNative;
  beforeAll(async () => {
    native = (await sign()).native;
    another = (await sign()).native;
  });

  const withContent = (change: (text: string) => string): EidNative => {
    const content = Buffer.from(change(native.content.toString()));
    expect(content.equals(native.content)).toBe(false);
    return { ...native, content };
  };
  const visible = /(<usrVisibleData[^>]*>)([^<]*)/;

  test.each<[string, () => EidNative, string]>([
    [
      'another visible text',
      () =>
        withContent((text) =>
          text.replace(visible, (_, tag, data) => {
            const changed = Buffer.from(data, 'base64').toString().replace('Contract', 'Receipt!');
            return tag + Buffer.from(changed).toString('base64');
          }),
        ),
      'signature',
    ],
    [
      'another signature value',
      () => withContent((text) => text.replace(/<SignatureValue>(.{8})/, '<SignatureValue>AAAAAAAA')),
      'signature',
    ],
    ['a space that changes nothing but the bytes', () => withContent((text) => `${text} `), 'nonce'],
    ['the OCSP response of another signature', () => ({ ...native, binding: another.binding }), 'revocation'],
    [
      'an OCSP response that was changed',
      () => {
        const ocsp = Buffer.from(native.binding.ocspResponse as string, 'base64');
        ocsp[ocsp.length >> 1]! ^= 1;
        return { ...native, binding: { ...native.binding, ocspResponse: ocsp.toString('base64') } };
      },
      'revocation',
    ],
    ['no OCSP response', () => ({ ...native, binding: { trustAnchors: [] } }), 'malformed'],
    ['no root', () => ({ ...native, binding: { ...native.binding, trustAnchors: [] } }), 'certificate'],
  ])('is refused with %s', async (_name, change, fault) => {
    expect(await verifyNative(native)).toMatchObject({ valid: true, documentSha256 });
    expect(await verifyNative(change())).toEqual({ valid: false, fault });
  });

  test('is refused by whoever trusts other roots than those that are kept with it', () => {
    expect(verifySeBankId(native, {}, [])).toEqual({ valid: false, fault: 'certificate' });
  });

  test('says who signed, and the text that the app showed', async () => {
    expect(await verifyNative(native)).toMatchObject({
      claims: {
        personalNumber: kalle,
        name: 'Kalle Anka',
        signedTexts: { visible: `I sign: Contract\nNordbank\nSHA-256: ${documentSha256}` },
      },
    });
  });
});

test.each([
  [0, 'dc69358e712458a66a7525beef148ae8526b1c71610eff2c16cdffb4cdac9bf8'],
  [1, /^949d559b[0-9a-f]{52}bce2$/],
  [2, /^a9e5ec59[0-9a-f]{52}b3f3$/],
])('the animated QR code is that of the published vectors after %i s', (seconds, seal) => {
  const token = '67df3917-fa0d-44e5-b327-edcc928297f8';
  const code = animatedQr(token, 'd28db9a7-4cde-429e-a983-359be676944c', seconds * 1000 + 999);
  expect(code.split('.')).toEqual(['bankid', token, String(seconds), expect.stringMatching(seal)]);
});

test.each([
  ['8904207217', kalle],
  ['890420-7217', kalle],
  ['19890420-7217', kalle],
  ['121212+1212', other],
  ['121212-1212', '201212121212'],
  ['8904207218', undefined],
  ['890420', undefined],
])('the personal number %s is sent as %s', (text, expected) => {
  expect(toTwelveDigits(text, new Date('2026-11-24'))).toBe(expected);
});
