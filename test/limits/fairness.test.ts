import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { type SeglProcess, startSegl } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addClient } from './second-client.ts';

let segl: SeglProcess;

beforeAll(async () => {
  // Without rate limits: what is left is the turn that every account gets.
  segl = await startSegl({ kind: 'postgresql', environment: { SEGL_THROTTLE: 'off' } });
});
afterAll(() => segl?.remove());

it('§11: an account that floods the instance with documents waits for itself; another one hardly notices', async () => {
  const content = costlyPdf();
  const [flooding, other] = await Promise.all(
    [1, 2].map(async () => connect({ url: segl.url, client: await addClient(segl) })),
  );
  // Warm: the first check starts the thread.
  for (const api of [flooding!, other!]) await timeOfCreate(api, content);

  const AT_ONCE = 60;
  const inFlight = new Set<Promise<void>>();
  const floodTimes: number[] = [];
  let going = true;
  const flood = async () => {
    while (going) floodTimes.push(await timeOfCreate(flooding!, content));
  };
  for (let n = 0; n < AT_ONCE; n++) inFlight.add(flood());
  await expect.poll(() => floodTimes.length, { timeout: 60_000 }).toBeGreaterThan(AT_ONCE);

  const otherTimes: number[] = [];
  for (let n = 0; n < 9; n++) otherTimes.push(await timeOfCreate(other!, content));
  going = false;
  await Promise.all(inFlight);

  const ratio = median(floodTimes.slice(AT_ONCE)) / median(otherTimes);
  // In one line for all, both would wait behind sixty others and the ratio would be one.
  expect(ratio).toBeGreaterThan(5);
});

async function timeOfCreate(api: ApiClient, content: Buffer): Promise<number> {
  const from = performance.now();
  const answer = await api.request('POST', '/signature/documents', documentRequest(content));
  expect(answer.status).toBe(201);
  return performance.now() - from;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** Small, and with so many pages that checking it is most of the work. */
function costlyPdf(): Buffer {
  const PAGES = 1500;
  const kids = Array.from({ length: PAGES }, (_, index) => `${index + 3} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${PAGES} >>`,
    ...Array.from({ length: PAGES }, () => '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>'),
  ];
  let pdf = '%PDF-1.6\n';
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const xref = pdf.length;
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const offset of offsets) pdf += `${String(offset).padStart(10, '0')} 00000 n \n`;
  pdf += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return Buffer.from(pdf, 'latin1');
}
