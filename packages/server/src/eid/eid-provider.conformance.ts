import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { EidProvider, EidStart } from './eid-provider.ts';
import { verifyNative } from './verify-native.ts';

/** What a provider's own test must supply: the provider, and a person in front of its other side. */
export interface EidConformanceSubject {
  provider: EidProvider;
  /** Settings point to an address at which nothing listens. */
  unreachable: EidProvider;
  callbackUrl: string;
  /** Does what the person does after the redirect; returns the address at the callback with which the browser comes back. */
  authenticate(url: string): Promise<string>;
  cancel(url: string): Promise<string>;
  enterWrongCode(url: string): Promise<string>;
}

/** The behaviour that the rest of Segl relies on, whatever the eID. Call it once in each provider's test. */
export function describeEidProviderConformance(
  name: string,
  setUp: () => Promise<EidConformanceSubject>,
  /** `false` for one that signs nothing, and serves identification alone. */
  proves = true,
): void {
  describe(`${name} conforms to the eID provider port`, () => {
    const documentSha256 = createHash('sha256').update('the contract').digest('hex');

    async function startSigning(changes: Partial<EidStart> = {}) {
      const subject = await setUp();
      const started = await subject.provider.start({
        attemptId: '0198f0a0-0000-7000-8000-000000000001',
        accountName: 'Nordbank',
        environment: 'test',
        purpose: proves ? 'sign' : 'identify',
        documentTitle: 'Avtale om kjøp av båt',
        documentSha256,
        language: 'no',
        callbackUrl: subject.callbackUrl,
        ...changes,
      });
      return { ...subject, ...started };
    }

    const queryOf = (url: string): Record<string, string> => Object.fromEntries(new URL(url).searchParams);

    test('starts with a redirect, an unguessable callback key and state that survives storage as JSON', async () => {
      const first = await startSigning();
      const second = await startSigning();
      expect(first.step.kind).toBe('redirect');
      expect(URL.canParse(first.step.url)).toBe(true);
      expect(first.callbackKey.length).toBeGreaterThanOrEqual(22);
      expect(first.callbackKey).not.toBe(second.callbackKey);
      expect(JSON.parse(JSON.stringify(first.state))).toEqual(first.state);
    });

    test('comes back to the callback with the callback key in the query', async () => {
      const { step, callbackUrl, callbackKey, authenticate } = await startSigning();
      const address = await authenticate(step.url);
      expect(address.startsWith(`${callbackUrl}?`)).toBe(true);
      expect(Object.values(queryOf(address))).toContain(callbackKey);
    });

    if (proves) {
      test('completes with a person and a native that proves the login was for this document', async () => {
        const { provider, step, state, authenticate } = await startSigning();
        const callback = queryOf(await authenticate(step.url));
        const outcome = await provider.complete({
          state: JSON.parse(JSON.stringify(state)),
          callback,
          now: new Date(),
        });
        if (outcome.result !== 'completed') throw new Error(JSON.stringify(outcome));
        expect(outcome.person.fullName).not.toBe('');
        expect(outcome.person.uniqueId).not.toBe('');
        expect(Math.abs(outcome.authenticatedAt.getTime() - Date.now())).toBeLessThan(60_000);

        const kept = { ...outcome.native, binding: JSON.parse(JSON.stringify(outcome.native.binding)) };
        expect(await verifyNative(kept, { documentSha256 })).toMatchObject({ valid: true, documentSha256 });
        const other = createHash('sha256').update('another contract').digest('hex');
        expect(await verifyNative(kept, { documentSha256: other })).toEqual({ valid: false, fault: 'document' });
        const moved = { ...kept, binding: { ...kept.binding, documentSha256: other } };
        expect(await verifyNative(moved, { documentSha256: other })).toEqual({ valid: false, fault: 'nonce' });
      });

      test('proves with one login that attachments were signed along with the document', async () => {
        const attachmentSha256 = ['rules', 'plan'].map((text) => createHash('sha256').update(text).digest('hex'));
        const { provider, step, state, authenticate } = await startSigning({ attachmentSha256 });
        const callback = queryOf(await authenticate(step.url));
        const outcome = await provider.complete({
          state: JSON.parse(JSON.stringify(state)),
          callback,
          now: new Date(),
        });
        if (outcome.result !== 'completed') throw new Error(JSON.stringify(outcome));
        const kept = { ...outcome.native, binding: JSON.parse(JSON.stringify(outcome.native.binding)) };
        const files = { documentSha256, attachmentSha256 };
        expect(await verifyNative(kept, files)).toMatchObject({ valid: true, ...files });
        const without = { ...kept, binding: { ...kept.binding, attachmentSha256: [attachmentSha256[0]] } };
        expect(await verifyNative(without)).toEqual({ valid: false, fault: 'nonce' });
      });
    }

    test('identifies without a document', async () => {
      const { provider, step, state, authenticate } = await startSigning({
        purpose: 'identify',
        documentSha256: undefined,
        documentTitle: undefined,
      });
      const callback = queryOf(await authenticate(step.url));
      expect(await provider.complete({ state, callback, now: new Date() })).toMatchObject({ result: 'completed' });
    });

    test('refuses to start signing without the digest of a document', async () => {
      const sign = { purpose: 'sign', documentSha256: undefined } as const;
      await expect(startSigning(sign)).rejects.toThrow(TypeError);
      await expect(startSigning({ ...sign, documentSha256: 'abc' })).rejects.toThrow(TypeError);
    });

    test('reports cancel as canceled', async () => {
      const { provider, step, state, cancel } = await startSigning();
      const callback = queryOf(await cancel(step.url));
      expect(await provider.complete({ state, callback, now: new Date() })).toEqual({ result: 'canceled' });
    });

    test('reports too many wrong codes as wrong_credentials', async () => {
      const { provider, step, state, enterWrongCode } = await startSigning();
      const callback = queryOf(await enterWrongCode(step.url));
      expect(await provider.complete({ state, callback, now: new Date() })).toMatchObject({
        result: 'failed',
        code: 'wrong_credentials',
        providerCode: expect.any(String),
      });
    });

    test('fails when the same callback comes a second time', async () => {
      const { provider, step, state, authenticate } = await startSigning();
      const callback = queryOf(await authenticate(step.url));
      await provider.complete({ state, callback, now: new Date() });
      expect(await provider.complete({ state, callback, now: new Date() })).toMatchObject({ result: 'failed' });
    });

    test('fails when the callback of one login is given to another', async () => {
      const one = await startSigning();
      const other = await startSigning();
      const callback = queryOf(await one.authenticate(one.step.url));
      expect(await other.provider.complete({ state: other.state, callback, now: new Date() })).toMatchObject({
        result: 'failed',
        code: 'provider_error',
      });
    });

    test('can be canceled at any time, twice too', async () => {
      const { provider, state } = await startSigning();
      await provider.cancel(state);
      await expect(provider.cancel(state)).resolves.toBeUndefined();
    });

    test('says eid_unavailable with a time to retry when the provider cannot be reached', async () => {
      const { unreachable, callbackUrl, provider, step, state, authenticate } = await startSigning();
      const start = { attemptId: 'a', accountName: 'Nordbank', environment: 'test', language: 'en' } as const;
      const expected = { code: 'eid_unavailable', status: 503, retryAfterSeconds: expect.any(Number) };
      await expect(unreachable.start({ ...start, purpose: 'identify', callbackUrl })).rejects.toMatchObject(expected);
      const callback = queryOf(await authenticate(step.url));
      await expect(unreachable.complete({ state, callback, now: new Date() })).rejects.toMatchObject(expected);
      // The login itself is not lost by that.
      expect(await provider.complete({ state, callback, now: new Date() })).toMatchObject({ result: 'completed' });
    });
  });
}
