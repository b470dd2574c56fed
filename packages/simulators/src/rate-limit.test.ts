import { expect, test } from 'vitest';
import { createRateLimit } from './rate-limit.ts';

test('lets a burst of ten seconds pass, then the steady rate, for each address of its own', () => {
  let now = 0;
  const mayPass = createRateLimit(2, () => now);
  const passed = (address: string): number => Array.from({ length: 50 }, () => mayPass(address)).filter(Boolean).length;
  expect(passed('192.0.2.1')).toBe(20);
  expect(passed('192.0.2.2')).toBe(20);
  now = 3000;
  expect(passed('192.0.2.1')).toBe(6);
});
