import { createLocalJWKSet, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { describeOnEachDatabase } from '../../../test-kit/src/each-database.ts';
import type { AccessTokens } from './access-token.ts';
import { OAuthUnderTest, PUBLIC_URL } from './oauth.testing.ts';
import { signToken } from './sign-token.ts';
import type { TokenKeys } from './token-keys.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

describeOnEachDatabase('oauth.md 4: keys of access tokens', (open) => {
  let oauth: OAuthUnderTest;

  beforeEach(async () => {
    oauth = await OAuthUnderTest.start(await open());
    onTestFinished(() => oauth.stop());
  });

  const kids = (keys: TokenKeys) => keys.jwks().keys.map(({ kid }) => kid);
  /** What another process sees, or this one after it has looked. */
  const fresh = (algorithm?: 'RS256' | 'ES256' | 'EdDSA') => oauth.tokenKeys(algorithm);

  it('a new key is published a day before it signs', async () => {
    const keys = await fresh();
    const first = keys.signing().kid;
    const next = await keys.rotate();
    expect(next.activatesAt.getTime() - oauth.now().getTime()).toBe(DAY_MS);
    expect(kids(keys)).toEqual([next.kid, first]);
    oauth.advance(DAY_MS - 1);
    expect(keys.signing().kid).toBe(first);
    oauth.advance(1);
    expect(keys.signing().kid).toBe(next.kid);
  });

  it('the old key stays until its last token has expired, and a day more', async () => {
    const keys = await fresh();
    const first = keys.signing().kid;
    const next = await keys.rotate();
    oauth.advance(DAY_MS + 2 * DAY_MS - 1);
    expect(kids(keys)).toEqual([next.kid, first]);
    expect(keys.find(first)?.kid).toBe(first);
    oauth.advance(1);
    expect(kids(keys)).toEqual([next.kid]);
    expect(keys.find(first)).toBeUndefined();
  });

  it('a token that was signed right before the change is accepted until it expires', async () => {
    const clientId = await oauth.addClient({ lifetimeSeconds: 86_400 });
    const keys = await fresh();
    await keys.rotate();
    oauth.advance(DAY_MS - 1000);
    const tokens = await oauth.tokensFor(PUBLIC_URL);
    const record = (await oauth.admin.findClient(clientId))!;
    const { accessToken } = await tokens.issue(record, [], record.secrets[0]!.id);
    oauth.advance(DAY_MS - 1000);
    const later = await oauth.tokensFor(PUBLIC_URL);
    expect((await later.verify(accessToken)).clientId).toBe(clientId);
    const anew = await later.issue(record, [], record.secrets[0]!.id);
    expect(decodeProtectedHeader(anew.accessToken).kid).not.toBe(decodeProtectedHeader(accessToken).kid);
  });

  it('is replaced by age, so that the next one signs when the age is reached', async () => {
    const keys = await fresh();
    const first = keys.signing().kid;
    oauth.advance(89 * DAY_MS - 1);
    keys.start();
    onTestFinished(() => keys.close());
    await look();
    expect(kids(keys)).toEqual([first]);
    oauth.advance(1);
    oauth.database.signals.send('token_keys');
    await expect.poll(() => kids(keys).length).toBe(2);
    oauth.advance(DAY_MS);
    expect(keys.signing().kid).not.toBe(first);

    async function look() {
      await oauth.database.query('select 1');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });

  it('ten processes that rotate at once make one key', async () => {
    const processes = await Promise.all(Array.from({ length: 10 }, () => fresh()));
    await Promise.all(processes.map((keys) => keys.rotate()));
    expect(kids(await fresh()).length).toBe(2);
  });

  it('a second rotation while a key is waiting answers that key', async () => {
    const keys = await fresh();
    const next = await keys.rotate();
    expect((await keys.rotate()).kid).toBe(next.kid);
    expect(kids(keys).length).toBe(2);
  });

  it('a rotation that died before it made its key is made up for', async () => {
    const keys = await fresh();
    await oauth.database.query('insert into token_key_rotations (after_key_id, claimed_at) values ($1, $2)', [
      keys.signing().kid,
      oauth.now(),
    ]);
    await keys.rotate();
    expect(kids(keys).length).toBe(1);
    oauth.advance(10 * 60_000 + 1);
    await keys.rotate();
    expect(kids(keys).length).toBe(2);
  });

  it('a running process takes up the key of another', async () => {
    const keys = await fresh();
    keys.start();
    onTestFinished(() => keys.close());
    const next = await (await fresh()).rotate();
    await expect.poll(() => kids(keys)).toContain(next.kid);
  });

  describe('a key that was stolen, retired', () => {
    const tokenOf = async (clientId: string) => (await oauth.token(clientId)).body.access_token as string;
    const refusal = (tokens: AccessTokens, token: string) =>
      tokens.verify(token).then(
        () => undefined,
        ({ status, code }: { status: number; code: string }) => [status, code],
      );

    it('neither signs nor is published, and another one signs at once', async () => {
      const keys = await fresh();
      const stolen = keys.signing().kid;
      oauth.advance(DAY_MS);
      const next = await keys.retire(stolen);
      expect(next.kid).not.toBe(stolen);
      for (const seen of [keys, await fresh()]) {
        expect(seen.signing().kid).toBe(next.kid);
        expect(kids(seen)).toEqual([next.kid]);
        expect(seen.find(stolen)).toBeUndefined();
      }
    });

    it('401 invalid_token for what it signed, also where that was accepted before; new tokens work', async () => {
      const clientId = await oauth.addClient({});
      const keys = await fresh();
      const tokens = await oauth.tokensFor(PUBLIC_URL);
      const token = await tokenOf(clientId);
      expect(await refusal(oauth.tokens, token)).toBeUndefined();
      await keys.retire(keys.signing().kid);
      await expect.poll(() => refusal(oauth.tokens, token)).toEqual([401, 'invalid_token']);
      await expect.poll(() => refusal(tokens, token)).toEqual([401, 'invalid_token']);
      expect(await oauth.tokens.inspect(token)).toBeUndefined();
      const anew = await tokenOf(clientId);
      expect(decodeProtectedHeader(anew).kid).not.toBe(decodeProtectedHeader(token).kid);
      for (const one of [oauth.tokens, tokens]) expect(await refusal(one, anew)).toBeUndefined();
    });

    it('keys before it do not come back, and the one that waits still takes over on its day', async () => {
      const keys = await fresh();
      const first = keys.signing().kid;
      const stolen = (await keys.rotate()).kid;
      oauth.advance(4 * DAY_MS);
      const waiting = await keys.rotate();
      expect(kids(keys)).toEqual([waiting.kid, stolen]);
      const instead = await keys.retire(stolen);
      expect(kids(keys)).toEqual([waiting.kid, instead.kid]);
      expect(keys.find(first)).toBeUndefined();
      oauth.advance(DAY_MS);
      expect(keys.signing().kid).toBe(waiting.kid);
    });

    it('before it signed: the one that signs goes on, and is followed by another when its time comes', async () => {
      const keys = await fresh();
      const signing = keys.signing().kid;
      const stolen = (await keys.rotate()).kid;
      expect((await keys.retire(stolen)).kid).toBe(signing);
      expect(kids(keys)).toEqual([signing]);
      oauth.advance(30 * DAY_MS);
      expect([keys.signing().kid, kids(keys)]).toEqual([signing, [signing]]);
      const next = await keys.rotate();
      expect(kids(keys)).toEqual([next.kid, signing]);
    });

    it('after it signed: its last tokens are refused, and nothing else changes', async () => {
      const keys = await fresh();
      const stolen = keys.signing().kid;
      const next = await keys.rotate();
      oauth.advance(DAY_MS);
      expect(kids(keys)).toEqual([next.kid, stolen]);
      expect((await keys.retire(stolen)).kid).toBe(next.kid);
      expect(kids(keys)).toEqual([next.kid]);
    });

    it('by ten operators at once is followed by one key; a kid that no key has is refused', async () => {
      const processes = await Promise.all(Array.from({ length: 10 }, () => fresh()));
      const stolen = processes[0]!.signing().kid;
      const signing = await Promise.all(processes.map((keys) => keys.retire(stolen)));
      expect(new Set(signing.map(({ kid }) => kid)).size).toBe(1);
      expect(kids(await fresh())).toEqual([signing[0]!.kid]);
      await expect(processes[0]!.retire('no-such-key')).rejects.toThrow('There is no token key no-such-key.');
      expect(kids(await fresh())).toEqual([signing[0]!.kid]);
    });
  });

  it.each(['ES256', 'EdDSA'] as const)('another algorithm takes over after a day: %s', async (algorithm) => {
    const before = (await fresh()).signing();
    const keys = await fresh(algorithm);
    expect(keys.signing().kid).toBe(before.kid);
    expect(keys.jwks().keys.map(({ alg }) => alg)).toEqual([algorithm, 'RS256']);
    oauth.advance(DAY_MS);
    expect(keys.signing().algorithm).toBe(algorithm);
    const [jwk] = keys.jwks().keys;
    const shape =
      algorithm === 'ES256' ? ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'] : ['alg', 'crv', 'kid', 'kty', 'use', 'x'];
    expect(Object.keys(jwk!).sort()).toEqual(shape);
  });

  it('of a new instance is of the algorithm that is set, and signs at once what anyone can check', async () => {
    for (const algorithm of ['RS256', 'ES256', 'EdDSA'] as const) {
      await oauth.database.query('delete from keys');
      const keys = await fresh(algorithm);
      expect(keys.signing().algorithm).toBe(algorithm);
      const token = await signToken(keys.signing(), { sub: 'x' });
      const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys.jwks() as JSONWebKeySet));
      expect([payload, protectedHeader.alg, protectedHeader.typ]).toEqual([{ sub: 'x' }, algorithm, 'at+jwt']);
    }
  });
});
