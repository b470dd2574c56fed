import { expect, test } from 'vitest';
import { ExpiringStore } from './expiring-store.ts';

test('forgets an entry when its lifetime is over', () => {
  let now = 0;
  const store = new ExpiringStore<string>(10, () => now);
  store.set('kari', 'here', 5);
  now = 4_999;
  expect(store.get('kari')).toBe('here');
  now = 5_000;
  expect(store.get('kari')).toBeUndefined();
});

test('drops the entry that was set first when it is full', () => {
  const store = new ExpiringStore<number>(2);
  store.set('a', 1, 60);
  store.set('b', 2, 60);
  store.set('a', 3, 60);
  store.set('c', 4, 60);
  expect([store.get('a'), store.get('b'), store.get('c')]).toEqual([3, undefined, 4]);
});

test('frees the room of expired entries that nobody reads again', () => {
  let now = 0;
  const store = new ExpiringStore<number>(1000, () => now);
  for (let i = 0; i < 500; i++) store.set(`old ${i}`, i, 1);
  now = 60_000;
  store.set('new', 1, 60);
  expect(store.size).toBe(1);
});
