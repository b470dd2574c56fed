import { expect, it } from 'vitest';
import { tryEveryOperation } from './every-operation.ts';

const REQUESTS = 3000;

it('every operation answers anything with what its contract says or with an error body, never with 5xx', {
  timeout: 300_000,
}, async () => {
  const { findings, requests, operations, statuses } = await tryEveryOperation({ requests: REQUESTS });
  expect(findings.slice(0, 5)).toEqual([]);
  expect(requests).toBe(REQUESTS);
  // The requests are not all refused at the first check, or they would show little.
  expect(Object.values(operations).filter((seen) => [...seen].some((status) => status < 300)).length).toBeGreaterThan(
    Object.keys(operations).length / 2,
  );
  expect(Object.keys(statuses)).toEqual(expect.arrayContaining(['200', '201', '400', '404']));
});
