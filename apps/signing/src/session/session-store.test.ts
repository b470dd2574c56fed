import { describe, expect, it } from 'vitest';
import { openSessionStore } from './session-store.ts';

function tab(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (key) => kept.get(key) ?? null,
    key: (at) => [...kept.keys()][at] ?? null,
    removeItem: (key) => void kept.delete(key),
    setItem: (key, value) => void kept.set(key, value),
  };
}

function blocked(): Storage {
  const refuse = () => {
    throw new DOMException('The operation is insecure.', 'SecurityError');
  };
  return { length: 0, clear: refuse, getItem: refuse, key: refuse, removeItem: refuse, setItem: refuse };
}

const tokens = { sessionToken: 'session', signToken: 'sign' };

describe('the store of a sign session', () => {
  it('survives a reload of the tab', () => {
    const storage = tab();
    openSessionStore('h1', storage).saveTokens(tokens);
    expect(openSessionStore('h1', storage).tokens()).toEqual(tokens);
  });

  it('keeps two links in one tab apart', () => {
    const storage = tab();
    openSessionStore('h1', storage).saveTokens(tokens);
    expect(openSessionStore('h2', storage).tokens()).toBeNull();
  });

  it.each([
    ['forbidden', blocked()],
    ['absent', null],
  ])('works from memory where storage is %s', (_case, storage) => {
    const store = openSessionStore('h1', storage);
    store.saveTokens(tokens);
    store.savePlace({ page: 3, fraction: 0.25 });
    expect(store.tokens()).toEqual(tokens);
    expect(store.place()).toEqual({ page: 3, fraction: 0.25 });
  });

  it('follows the link into a new session, and leaves nothing under the old handle', () => {
    const storage = tab();
    const store = openSessionStore('h1', storage);
    store.saveTokens(tokens);
    store.savePlace({ page: 4, fraction: 0.5 });
    store.saveLanguage('NO');
    store.moveTo('h2');
    expect(openSessionStore('h1', storage).tokens()).toBeNull();
    const reloaded = openSessionStore('h2', storage);
    expect(reloaded.tokens()).toEqual(tokens);
    expect(reloaded.place()).toEqual({ page: 4, fraction: 0.5 });
    expect(reloaded.language()).toBe('NO');
  });

  it('keeps the sign token when the session has ended, to start again', () => {
    const store = openSessionStore('h1', tab());
    store.saveTokens(tokens);
    store.dropSessionToken();
    expect(store.tokens()).toEqual({ sessionToken: '', signToken: 'sign' });
  });

  it('leaves nothing of the session behind', () => {
    const storage = tab();
    const store = openSessionStore('h1', storage);
    store.saveTokens(tokens);
    store.savePlace({ page: 2, fraction: 0 });
    store.clear();
    expect(storage.length).toBe(0);
    expect(store.tokens()).toBeNull();
  });

  it('takes a spoilt place for none', () => {
    const storage = tab();
    storage.setItem('segl.sign.h1.place', 'NaN:x');
    expect(openSessionStore('h1', storage).place()).toBeNull();
  });
});
