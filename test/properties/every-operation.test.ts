import { connect } from '@segl/test-kit/api-client';
import { startSegl } from '@segl/test-kit/segl-process';
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

/** Found by a long run: long statements of different searches were taken for one another. */
it('searches by almost all filters follow each other', async () => {
  const segl = await startSegl();
  try {
    const api = await connect(segl);
    const filters = {
      externalId: 'lease-1',
      signerId: '019f0000-0000-7000-8000-000000000000',
      externalSignerId: 'kari',
      fromDate: '2026-01-01',
      toDate: '2030-01-01',
      lastUpdated: '2026-01-01',
      signedDate: '2026-01-01',
      nameOfSigner: 'Kari',
      title: 'Lease',
      status: 'signed',
      tags: 'leases',
    };
    const names = Object.keys(filters);
    const without = (left: readonly string[]) =>
      new URLSearchParams(Object.entries(filters).filter(([name]) => !left.includes(name)));
    for (const first of names) {
      for (const second of names) {
        const answer = await api.request('GET', `/signature/documents/summary?${without([first, second])}`);
        expect([first, second, answer.status]).toEqual([first, second, 200]);
      }
    }
  } finally {
    await segl.remove();
  }
});
