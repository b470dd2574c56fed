import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { EidPoll, EidWaiting, PolledEidProvider, PolledEidStart } from './polled-eid-provider.ts';
import { verifyNative } from './verify-native.ts';

/** What a polled eID's own test must supply: the provider, and a person with the eID's app. */
export interface PolledEidSubject {
  provider: PolledEidProvider;
  /** Settings point to an address at which nothing listens. */
  unreachable: PolledEidProvider;
  confirm(waiting: EidWaiting): Promise<void>;
  decline(waiting: EidWaiting): Promise<void>;
}

/** A time at which the eID may be asked again. */
export const soon = (): Date => new Date(Date.now() + 3000);

const throughStorage = (state: Record<string, unknown>): Record<string, unknown> => JSON.parse(JSON.stringify(state));

export function requireWaiting(poll: EidPoll): Extract<EidPoll, { result: 'waiting' }> {
  if (poll.result !== 'waiting') throw new Error(JSON.stringify(poll));
  return poll;
}

export function requireCompleted(poll: EidPoll): Extract<EidPoll, { result: 'completed' }> {
  if (poll.result !== 'completed') throw new Error(JSON.stringify(poll));
  return poll;
}

/** The behaviour that the rest of Segl relies on, whatever the eID. Call it once in each polled provider's test. */
export function describePolledEidConformance(name: string, setUp: () => PolledEidSubject): void {
  describe(`${name} conforms to the port of polled eIDs`, () => {
    const documentSha256 = createHash('sha256').update('the contract').digest('hex');
    const input: PolledEidStart = {
      attemptId: '0198f0a0-0000-7000-8000-000000000001',
      accountName: 'Nordbank',
      environment: 'test',
      purpose: 'sign',
      documentTitle: 'Avtal om köp av båt',
      documentSha256,
      language: 'sv',
      callbackUrl: 'http://localhost:9/eid/callback',
      endUserIp: '192.0.2.7',
    };

    async function start(changes: Partial<PolledEidStart> = {}) {
      const subject = setUp();
      const { waiting, state } = requireWaiting(await subject.provider.start({ ...input, ...changes }));
      return { ...subject, waiting, state: throughStorage(state) };
    }

    async function complete(changes: Partial<PolledEidStart> = {}) {
      const { provider, waiting, state, confirm } = await start(changes);
      await confirm(waiting);
      const completed = requireCompleted(await provider.poll({ state, now: soon() }));
      return { provider, state, ...completed };
    }

    test('waits with a code, a link and a text, and with another code each second', async () => {
      const { provider, waiting, state } = await start();
      expect(waiting).toMatchObject({ pollAfterMs: expect.any(Number), hintCode: expect.any(String) });
      for (const url of Object.values(waiting.startUrls ?? { none: '' })) expect(URL.canParse(url)).toBe(true);
      for (const text of Object.values(waiting.message)) expect(text).not.toBe('');
      const codes = [0, 1000, 2000, 3000].map(async (ms) => {
        const poll = await provider.poll({ state, now: new Date(Date.now() + ms) });
        return requireWaiting(poll).waiting.qrData;
      });
      expect(new Set(await Promise.all(codes)).size).toBe(4);
    });

    test('completes with a person and a native that proves the login was for this document', async () => {
      const { person, native, authenticatedAt } = await complete();
      expect(person.fullName).not.toBe('');
      expect(Math.abs(authenticatedAt.getTime() - Date.now())).toBeLessThan(60_000);
      const kept = { ...native, binding: throughStorage(native.binding) };
      expect(await verifyNative(kept, { documentSha256 })).toMatchObject({ valid: true, documentSha256 });
      const other = createHash('sha256').update('another contract').digest('hex');
      expect(await verifyNative(kept, { documentSha256: other })).toEqual({ valid: false, fault: 'document' });
    });

    test('proves with one login that attachments were signed along with the document', async () => {
      const attachmentSha256 = ['rules', 'plan'].map((text) => createHash('sha256').update(text).digest('hex'));
      const { native } = await complete({ attachmentSha256 });
      const files = { documentSha256, attachmentSha256 };
      expect(await verifyNative(native, files)).toMatchObject({ valid: true, ...files });
      expect(await verifyNative(native, { attachmentSha256: [documentSha256] })).toMatchObject({ fault: 'document' });
    });

    test('identifies without a document', async () => {
      const { native } = await complete({ purpose: 'identify', documentSha256: undefined, documentTitle: undefined });
      expect(await verifyNative(native)).toMatchObject({ valid: true });
      expect(await verifyNative(native, { documentSha256 })).toEqual({ valid: false, fault: 'document' });
    });

    test('identifies for a document that is not shown yet, and tells which one', async () => {
      const { native } = await complete({ purpose: 'identify', documentTitle: undefined });
      expect(await verifyNative(native, { documentSha256 })).toMatchObject({ valid: true, documentSha256 });
      const other = createHash('sha256').update('another contract').digest('hex');
      expect(await verifyNative(native, { documentSha256: other })).toEqual({ valid: false, fault: 'document' });
    });

    test('refuses to start signing without the digest of a document', async () => {
      await expect(start({ documentSha256: undefined })).rejects.toThrow(TypeError);
      await expect(start({ documentSha256: 'abc' })).rejects.toThrow(TypeError);
    });

    test('reports cancel as canceled', async () => {
      const { provider, waiting, state, decline } = await start();
      await decline(waiting);
      expect(await provider.poll({ state, now: soon() })).toMatchObject({ result: 'canceled' });
    });

    test('tells the end once', async () => {
      const { provider, state } = await complete();
      expect(await provider.poll({ state, now: soon() })).toMatchObject({ result: 'failed', code: 'provider_error' });
    });

    test('can be canceled at any time, twice too', async () => {
      const { provider, state } = await start();
      await provider.cancel(state);
      await expect(provider.cancel(state)).resolves.toBeUndefined();
      expect(await provider.poll({ state, now: soon() })).toMatchObject({ result: 'failed' });
    });

    test('says eid_unavailable with a time to retry when the eID cannot be reached', async () => {
      const { unreachable, provider, waiting, state, confirm } = await start();
      const expected = { code: 'eid_unavailable', status: 503, retryAfterSeconds: expect.any(Number) };
      await expect(unreachable.start(input)).rejects.toMatchObject(expected);
      await confirm(waiting);
      await expect(unreachable.poll({ state, now: soon() })).rejects.toMatchObject(expected);
      await expect(unreachable.cancel(state)).rejects.toMatchObject(expected);
      // The login itself is not lost by that.
      expect(await provider.poll({ state, now: soon() })).toMatchObject({ result: 'completed' });
    });
  });
}
