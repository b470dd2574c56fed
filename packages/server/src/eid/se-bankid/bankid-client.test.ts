import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { confirmAtPhone } from '@segl/simulators/src/se-bankid/test-phone.ts';
import { type RunningSimulators, startSimulators } from '@segl/simulators/src/simulator-server.ts';
import { BankIdClientV6 } from 'bankid';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock/clock.ts';
import { requireCompleted, requireWaiting, soon } from '../polled-eid-provider.conformance.ts';
import { createSeBankId } from './se-bankid.ts';

const KALLE = '198904207217';
const PASSPHRASE = 'qwerty123';

/** A client that others have written for BankID itself, as it is published; nothing but the address is another one. */
describe('the public client of Swedish BankID', () => {
  let simulators: RunningSimulators;
  let pkcs12: Buffer;
  let client: BankIdClientV6;

  beforeAll(async () => {
    simulators = await startSimulators({ port: 0, host: '127.0.0.1', clients: [], seBankIdPort: 0 });
    const { apiUrl, serverRoot, clientCertificate, clientKey } = simulators.seBankId!;
    pkcs12 = await toPkcs12(clientCertificate, clientKey);
    client = new BankIdClientV6({
      production: false,
      refreshInterval: 100,
      pfx: pkcs12,
      passphrase: PASSPHRASE,
      ca: Buffer.from(serverRoot),
    });
    client.axios.defaults.baseURL = `${apiUrl}/`;
  });
  afterAll(() => simulators?.close());

  const atPhone = (code: string, securityCode?: string) =>
    confirmAtPhone({
      simulatorsUrl: simulators.url,
      code,
      personalNumber: KALLE,
      ...(securityCode ? { securityCode } : {}),
    });

  test('authenticates by the QR code that it makes itself', async () => {
    const order = await client.authenticate({ endUserIp: '192.0.2.1' });
    expect(await client.collect(order)).toMatchObject({ status: 'pending', hintCode: 'outstandingTransaction' });
    const { value } = await order.qr!.nextQr(order.orderRef).next();
    await atPhone(value!);
    expect(await client.awaitPendingCollect(order.orderRef)).toMatchObject({
      status: 'complete',
      completionData: { user: { personalNumber: KALLE, name: 'Kalle Anka' }, ocspResponse: expect.any(String) },
    });
  });

  test('has a text signed, by the start token', async () => {
    const order = await client.sign({ endUserIp: '192.0.2.1', userVisibleData: 'I sign' });
    await atPhone(order.autoStartToken);
    const { completionData } = await client.awaitPendingCollect(order.orderRef);
    const signature = Buffer.from(completionData!.signature, 'base64').toString('utf8');
    expect(signature).toContain(Buffer.from('I sign').toString('base64'));
  });

  test('cancels, and reads refusals by their codes', async () => {
    const order = await client.authenticate({ endUserIp: '192.0.2.1' });
    expect(await client.cancel(order)).toEqual({});
    await expect(client.collect(order)).rejects.toMatchObject({ code: 'invalidParameters' });
    await expect(client.authenticate({ endUserIp: 'nowhere' })).rejects.toMatchObject({ code: 'invalidParameters' });
  });

  test('is told by a hint why an order has failed', async () => {
    const order = await client.authenticate({ endUserIp: '192.0.2.1' });
    await atPhone(order.autoStartToken, 'cancel');
    await expect(client.awaitPendingCollect(order.orderRef)).rejects.toMatchObject({
      status: 'failed',
      hintCode: 'userCancel',
    });
  });

  test('the same PKCS#12 file serves this server', async () => {
    const { apiUrl, serverRoot, signingRoot } = simulators.seBankId!;
    const settings = { apiUrl, serverRoot, signingRoots: [signingRoot], simulator: true, clock: systemClock };
    const input = {
      attemptId: 'a',
      accountName: 'Nordbank',
      environment: 'test',
      purpose: 'identify',
      language: 'sv',
      callbackUrl: '',
      endUserIp: '192.0.2.1',
    } as const;
    const provider = createSeBankId({ ...settings, client: { pkcs12, passphrase: PASSPHRASE } });
    const { waiting, state } = requireWaiting(await provider.start(input));
    await atPhone(waiting.qrData!);
    requireCompleted(await provider.poll({ state, now: soon() }));
    const wrong = createSeBankId({ ...settings, client: { pkcs12, passphrase: 'wrong' } });
    await expect(wrong.start(input)).rejects.toThrow();
  });
});

async function toPkcs12(certificate: string, key: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'segl-bankid-'));
  try {
    const [pem, out] = [join(folder, 'client.pem'), join(folder, 'client.p12')];
    await writeFile(pem, certificate + key, { mode: 0o600 });
    await promisify(execFile)('openssl', [
      'pkcs12',
      '-export',
      '-in',
      pem,
      '-out',
      out,
      '-passout',
      `pass:${PASSPHRASE}`,
    ]);
    return await readFile(out);
  } finally {
    await rm(folder, { recursive: true });
  }
}
