import { describe, expect, it } from 'vitest';
import { attemptInHash, readBoot } from './boot.ts';

function pageWith(text: string | null): Document {
  return {
    getElementById: (id: string) => (id === 'segl-boot' && text !== null ? { textContent: text } : null),
  } as Document;
}

describe('what the server writes into the page', () => {
  it('is read', () => {
    const boot = { bootCode: 'c', handle: 'h', language: 'NO', state: 'ok' };
    expect(readBoot(pageWith(JSON.stringify(boot)))).toEqual(boot);
  });

  it.each([['__SEGL_BOOT__'], [''], [null]])('counts as an unknown link when it is %j', (text) => {
    expect(readBoot(pageWith(text)).state).toBe('unknown_link');
  });
});

describe('the address to which the eID sends the browser back', () => {
  it('names the attempt', () => {
    expect(attemptInHash('#attempt=0197a-b')).toBe('0197a-b');
  });

  it('names none otherwise', () => {
    expect(attemptInHash('')).toBeNull();
    expect(attemptInHash('#page=3')).toBeNull();
  });
});
