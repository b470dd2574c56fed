import { createHmac, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createSignLinks } from './sign-link.ts';

const LINK = {
  documentId: '0195a000-0000-7000-8000-000000000001',
  signerId: '0195a000-0000-7000-8000-000000000002',
  accountId: '0195a000-0000-7000-8000-000000000003',
  rotation: 0,
};
const NOW = new Date('2026-03-01T12:00:00Z');
const links = createSignLinks(randomBytes(32));
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('sign links', () => {
  it('are read back, and are the same for the same link', () => {
    expect(links.read(links.token(LINK))).toEqual(LINK);
    expect(links.token(LINK)).toBe(links.token({ ...LINK }));
    expect(links.token({ ...LINK, rotation: 1 })).not.toBe(links.token(LINK));
  });

  it('hold nothing but ids', () => {
    const claims = JSON.parse(Buffer.from(links.token(LINK).split('.')[1]!, 'base64url').toString());
    expect(Object.values(claims)).toEqual(Object.values(LINK));
  });

  it('cannot be forged', () => {
    const token = links.token(LINK);
    const [header = '', claims = '', signature = ''] = token.split('.');
    const none = encoded({ alg: 'none' });
    const publicSecret = createHmac('sha256', '').update(`${header}.${claims}`).digest('base64url');
    for (const forged of [
      '',
      '.',
      '..',
      header,
      `${header}.${claims}`,
      `${header}.${claims}.`,
      `${none}.${claims}.`,
      `${none}.${claims}.${signature}`,
      `${header}.${encoded({ d: LINK.documentId, s: LINK.signerId, a: LINK.accountId, r: 1 })}.${signature}`,
      `${header}.${claims}.${publicSecret}`,
      `${header}.${claims}.${signature.slice(0, -2)}`,
      `${token}.${signature}`,
      createSignLinks(randomBytes(32)).token(LINK),
    ]) {
      expect(links.read(forged)).toBeUndefined();
    }
  });

  it('and boot codes cannot stand in for each other', () => {
    const code = links.bootCode('session', LINK, NOW);
    expect(links.read(code)).toBeUndefined();
    expect(links.readBootCode(links.token(LINK), NOW)).toBeUndefined();
    expect(links.readBootCode(code, NOW)).toEqual({ sessionId: 'session', link: LINK });
  });

  it('boot codes end after a minute', () => {
    const code = links.bootCode('session', LINK, NOW);
    expect(links.readBootCode(code, new Date(NOW.getTime() + 59_999))).toBeDefined();
    expect(links.readBootCode(code, new Date(NOW.getTime() + 60_000))).toBeUndefined();
  });

  it('are the same in every process with the master key, and no other', () => {
    const masterKey = randomBytes(32);
    expect(createSignLinks(masterKey).read(createSignLinks(masterKey).token(LINK))).toEqual(LINK);
  });
});
