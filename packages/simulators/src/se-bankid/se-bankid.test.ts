import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type RunningSimulators, startSimulators } from '../simulator-server.ts';
import { findSePerson } from './se-persons.ts';
import { confirmAtPhone, openAtPhone } from './test-phone.ts';

const kalle = '198904207217';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const auth = { endUserIp: '192.0.2.1' };
const sign = { ...auth, userVisibleData: base64('I sign') };
let simulators: RunningSimulators;
let nowMs = Date.now();

beforeAll(async () => {
  simulators = await startSimulators({ port: 0, host: '127.0.0.1', clients: [], seBankIdPort: 0, nowMs: () => nowMs });
});
afterAll(() => simulators.close());

interface Answer {
  status: number;
  body: Record<string, string>;
}

function call(
  operation: string,
  body: unknown,
  { method = 'POST', type = 'application/json', certified = true } = {},
): Promise<Answer> {
  const { apiUrl, serverRoot, clientCertificate, clientKey } = simulators.seBankId!;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${apiUrl}/${operation}`,
      {
        method,
        headers: { 'content-type': type },
        ca: serverRoot,
        ...(certified ? { cert: clientCertificate, key: clientKey } : {}),
        agent: false,
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

const atPhone = (code: string, securityCode?: string, personalNumber = kalle) => ({
  simulatorsUrl: simulators.url,
  code,
  personalNumber,
  securityCode,
});

describe('Swedish BankID’s API', () => {
  test.each<[string, number, string, () => Promise<Answer>]>([
    ['no client certificate', 401, 'unauthorized', () => call('auth', auth, { certified: false })],
    ['an unknown path', 404, 'notFound', () => call('authenticate', auth)],
    ['another method', 405, 'methodNotAllowed', () => call('auth', auth, { method: 'PUT' })],
    ['a charset', 415, 'unsupportedMediaType', () => call('auth', auth, { type: 'application/json; charset=utf-8' })],
    ['no JSON', 400, 'invalidParameters', () => call('auth', '{')],
    ['no address of the user', 400, 'invalidParameters', () => call('auth', {})],
    ['web and app', 400, 'invalidParameters', () => call('auth', { ...auth, web: {}, app: {} })],
    ['nothing to sign', 400, 'invalidParameters', () => call('sign', auth)],
    ['text that is not base64', 400, 'invalidParameters', () => call('sign', { ...auth, userVisibleData: 'å' })],
    [
      'too long a text',
      400,
      'invalidParameters',
      () => call('auth', { ...auth, userVisibleData: base64('a'.repeat(1200)) }),
    ],
    [
      'a wrong personal number',
      400,
      'invalidParameters',
      () => call('auth', { ...auth, requirement: { personalNumber: '198904207218' } }),
    ],
    [
      'a requirement of another type',
      400,
      'invalidParameters',
      () => call('auth', { ...auth, requirement: { pinCode: 1 } }),
    ],
    ['a call without its initiator', 400, 'invalidParameters', () => call('phone/auth', { personalNumber: kalle })],
    ['an unknown order', 400, 'invalidParameters', () => call('collect', { orderRef: 'x' })],
    ['an unknown order to cancel', 400, 'invalidParameters', () => call('cancel', { orderRef: 'x' })],
  ])('refuses %s with %i %s', async (_name, status, errorCode, answer) => {
    expect(await answer()).toEqual({ status, body: { errorCode, details: expect.any(String) } });
  });

  test('completes an order, and tells it once', async () => {
    const { body: order } = await call('sign', sign);
    expect(Object.keys(order)).toEqual(['orderRef', 'autoStartToken', 'qrStartToken', 'qrStartSecret']);
    const { orderRef } = order;
    expect((await call('collect', { orderRef })).body).toEqual({
      orderRef,
      status: 'pending',
      hintCode: 'outstandingTransaction',
    });
    expect(await confirmAtPhone(atPhone(order.autoStartToken!))).toBe('Signed');
    expect(await call('collect', { orderRef })).toMatchObject({
      status: 200,
      body: {
        orderRef,
        status: 'complete',
        completionData: {
          user: { personalNumber: kalle, name: 'Kalle Anka', givenName: 'Kalle', surname: 'Anka' },
          device: { ipAddress: expect.any(String), uhi: expect.any(String) },
          bankIdIssueDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
          stepUp: { mrtd: false },
          signature: expect.any(String),
          ocspResponse: expect.any(String),
          risk: 'low',
        },
      },
    });
    expect(await call('collect', { orderRef })).toMatchObject({
      status: 400,
      body: { errorCode: 'invalidParameters' },
    });
  });

  test('cancels an order once', async () => {
    const { orderRef } = (await call('auth', auth)).body;
    expect(await call('cancel', { orderRef })).toEqual({ status: 200, body: {} });
    expect((await call('cancel', { orderRef })).status).toBe(400);
    expect((await call('collect', { orderRef })).status).toBe(400);
  });

  test('has orders for a person in a telephone call, without tokens', async () => {
    const { body: order } = await call('phone/auth', { personalNumber: kalle, callInitiator: 'RP' });
    expect(Object.keys(order)).toEqual(['orderRef']);
    expect((await call('collect', order)).body.hintCode).toBe('userCallConfirm');
    await confirmAtPhone(atPhone('', 'cancel'));
    expect((await call('collect', order)).body).toMatchObject({ status: 'failed', hintCode: 'userDeclinedCall' });
  });

  test('refuses a second order for a person and ends the first', async () => {
    const required = { ...auth, requirement: { personalNumber: kalle } };
    const { orderRef } = (await call('auth', required)).body;
    expect((await call('auth', required)).body.errorCode).toBe('alreadyInProgress');
    expect((await call('collect', { orderRef })).body.hintCode).toBe('cancelled');
    expect((await call('auth', required)).status).toBe(200);
  });

  test.each([
    ['nobody opens', 31, false, 'startFailed'],
    ['nobody completes', 181, true, 'expiredTransaction'],
  ])('ends an order that %s', async (_name, seconds, isOpened, hintCode) => {
    const { body: order } = await call('auth', auth);
    if (isOpened) await openAtPhone(atPhone(order.autoStartToken!));
    nowMs += (seconds - 2) * 1000;
    expect((await call('collect', order)).body.status).toBe('pending');
    nowMs += 2000;
    expect((await call('collect', order)).body).toMatchObject({ status: 'failed', hintCode });
  });

  test('ends an order after three wrong security codes', async () => {
    const { body: order } = await call('auth', auth);
    const page = await openAtPhone(atPhone(order.autoStartToken!));
    for (const status of [422, 422, 200]) {
      const body = new URLSearchParams({ value: '12345' });
      expect((await fetch(page, { method: 'POST', body })).status).toBe(status);
    }
    expect((await call('collect', order)).body.hintCode).toBe('certificateErr');
  });

  test('does not open an order with a QR code that was made up or is old', async () => {
    const { qrStartToken, autoStartToken } = (await call('auth', auth)).body;
    const madeUp = `bankid.${qrStartToken}.0.${'0'.repeat(64)}`;
    for (const code of [madeUp, `${autoStartToken}x`, qrStartToken!]) {
      await expect(openAtPhone(atPhone(code))).rejects.toThrow('no such order');
    }
  });
});

test.each([
  [kalle, 'Anka'],
  ['191212121212', expect.any(String)],
  ['198904807217', undefined],
  ['198904207218', undefined],
  ['198913207216', undefined],
  ['8904207217', undefined],
])('the person with the number %s', (number, surname) => {
  expect(findSePerson(number)?.surname).toEqual(surname);
});
