import type { EntryType } from 'node:perf_hooks';
import { type ApiClient, connect, documentRequest } from '@segl/test-kit/api-client';
import { launchBrowser, SCREENS } from '@segl/test-kit/browser';
import { startSegl } from '@segl/test-kit/segl-process';
import { KARI } from '@segl/test-kit/signer';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { samplePdf } from '../apps/signing/test/sample-pdf.ts';
import { median } from './load.ts';

/**
 * What a signer waits for: `npm run bench -- signing-app [runs]`. The built app on a real server, a ten-page PDF, a phone
 * whose processor is slowed four times and whose line is slow 4G; then the way from *sign* to *signed* without the eID.
 */
const RUNS = Number(process.argv[2] ?? '9');
/** Bits a second and milliseconds, as Lighthouse's slow 4G. */
const SLOW_4G = { down: 1_638_400, up: 750_000, latencyMs: 150 };
const SLOWER_PROCESSOR = 4;
/** A task that keeps the page from answering for longer than this blocks it by the rest. */
const SHORT_TASK_MS = 50;
/** Nothing long happens any more after this much quiet. */
const QUIET_MS = 2_000;
/** At the 75th percentile. */
const BARS = { largestPaintMs: 2_000, blockingMs: 150, layoutShift: 0.05, signedMs: 1_500 };

interface Landing {
  firstPaintMs: number;
  largestPaintMs: number;
  blockingMs: number;
  /** The same by the processor's own time, which does not grow when other programs want it too. */
  blockingCpuMs: number;
  layoutShift: number;
  firstPageMs: number;
}

const clause =
  'The borrower repays the loan in equal instalments, on the first day of each month, to the account above.';
const pdf = samplePdf(
  Array.from({ length: 10 }, (_, at) => ({
    lines: [`Loan agreement, part ${at + 1}`, '', ...Array.from({ length: 24 }, (_, line) => `${line + 1}. ${clause}`)],
  })),
);

const [segl, browser] = await Promise.all([
  startSegl({ environment: { SEGL_LOG_LEVEL: 'error', SEGL_THROTTLE: 'off' } }),
  launchBrowser(),
]);
try {
  const api = await connect(segl);
  const landings: Landing[] = [];
  // The first run warms the server.
  for (let run = 0; run <= RUNS; run += 1) {
    const landed = await land(browser, await signUrl(api));
    if (run > 0) landings.push(landed);
  }
  console.log(`\nlanding on a ten-page PDF, ${RUNS} runs, processor ÷ ${SLOWER_PROCESSOR}, slow 4G`);
  report('first contentful paint, ms', landings, 'firstPaintMs');
  report('largest contentful paint, ms', landings, 'largestPaintMs', BARS.largestPaintMs);
  report('total blocking time, ms', landings, 'blockingMs', BARS.blockingMs);
  report('the same in processor time, ms', landings, 'blockingCpuMs', BARS.blockingMs);
  report('layout shift', landings, 'layoutShift', BARS.layoutShift);
  report('first page drawn, ms', landings, 'firstPageMs');

  const times: { signedMs: number }[] = [];
  for (let run = 0; run <= RUNS; run += 1) {
    const signedMs = await sign(browser, await signUrl(api));
    if (run > 0) times.push({ signedMs });
  }
  console.log(`\nfrom the press on “Continue to sign” to “Signed.”, without the eID, ${RUNS} runs`);
  report('time, ms', times, 'signedMs', BARS.signedMs);
} finally {
  await browser.close();
  await segl.remove();
}

async function signUrl(api: ApiClient): Promise<string> {
  const { status, body } = await api.request('POST', '/signature/documents', documentRequest(pdf));
  if (status !== 201) throw new Error(`No document: ${JSON.stringify(body)}`);
  return body.signers[0].url;
}

async function slowDown(session: CDPSession): Promise<void> {
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: SLOW_4G.latencyMs,
    downloadThroughput: SLOW_4G.down / 8,
    uploadThroughput: SLOW_4G.up / 8,
  });
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER_PROCESSOR });
}

async function land(inBrowser: Browser, url: string): Promise<Landing> {
  const context = await inBrowser.newContext({ viewport: SCREENS.phone, deviceScaleFactor: 2, isMobile: true });
  const page = await context.newPage();
  await slowDown(await context.newCDPSession(page));
  await page.addInitScript(watchPage, SHORT_TASK_MS);
  await inBrowser.startTracing(page, { categories: ['toplevel', 'loading', '__metadata'] });
  await page.goto(url, { waitUntil: 'commit' });
  await page.locator('.pdf-page canvas').first().waitFor({ timeout: 60_000 });
  const firstPageMs = await page.evaluate(() => performance.now());
  await page.waitForFunction(
    (quietMs) => performance.now() - (globalThis as unknown as Watched).seen.lastTaskEnd > quietMs,
    QUIET_MS,
    { timeout: 60_000, polling: 100 },
  );
  const seen = await page.evaluate(() => (globalThis as unknown as Watched).seen);
  const trace = JSON.parse((await inBrowser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  await context.close();
  return { ...seen, firstPageMs, blockingCpuMs: blockingIn(trace.traceEvents) };
}

/** What Chromium writes down: microseconds, `tdur` by the clock of the thread. */
interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  ts: number;
  dur?: number;
  tdur?: number;
}

/** Processor time beyond that of short tasks, of the page's main thread and after something is to be seen. */
function blockingIn(events: readonly TraceEvent[]): number {
  const painted = events.find(({ name }) => name === 'firstContentfulPaint');
  if (!painted) throw new Error('Nothing was painted');
  const tasks = events.filter(
    ({ name, pid, tid, ts }) =>
      name === 'ThreadControllerImpl::RunTask' && pid === painted.pid && tid === painted.tid && ts > painted.ts,
  );
  return tasks.reduce((sum, { tdur = 0 }) => sum + Math.max(0, tdur / 1000 - SHORT_TASK_MS), 0);
}

interface Watched {
  seen: Omit<Landing, 'firstPageMs' | 'blockingCpuMs'> & { lastTaskEnd: number };
}

/** Runs in the page before anything else. */
function watchPage(shortTaskMs: number): void {
  const seen: Watched['seen'] = {
    firstPaintMs: 0,
    largestPaintMs: 0,
    blockingMs: 0,
    layoutShift: 0,
    lastTaskEnd: 0,
  };
  Object.assign(globalThis, { seen });
  // Node's types do not know what browsers observe.
  const watch = (type: string, look: (entry: PerformanceEntry & { value: number; hadRecentInput: boolean }) => void) =>
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) look(entry as Parameters<typeof look>[0]);
    }).observe({ type: type as EntryType, buffered: true });
  watch('paint', ({ name, startTime }) => {
    if (name === 'first-contentful-paint') seen.firstPaintMs = startTime;
  });
  watch('largest-contentful-paint', ({ startTime }) => {
    seen.largestPaintMs = startTime;
  });
  watch('layout-shift', ({ value, hadRecentInput }) => {
    if (!hadRecentInput) seen.layoutShift += value;
  });
  watch('longtask', ({ startTime, duration }) => {
    if (seen.firstPaintMs > 0 && startTime > seen.firstPaintMs) seen.blockingMs += Math.max(0, duration - shortTaskMs);
    seen.lastTaskEnd = startTime + duration;
  });
}

/** The time that is ours: until the browser has left for the eID, and from its way back to the success screen. */
async function sign(inBrowser: Browser, url: string): Promise<number> {
  const context = await inBrowser.newContext({ viewport: SCREENS.phone, locale: 'en-GB' });
  const page = await context.newPage();
  const host = new URL(url).host;
  await page.goto(url);
  await page.locator('.pdf-page canvas').first().waitFor();
  const pressed = performance.now();
  const left = page.waitForRequest((request) => request.isNavigationRequest() && new URL(request.url()).host !== host);
  await page.getByRole('button', { name: 'Continue to sign' }).click();
  await left;
  const gone = performance.now();
  const back = page.waitForRequest((request) => request.isNavigationRequest() && new URL(request.url()).host === host, {
    timeout: 60_000,
  });
  await identify(page);
  await back;
  const returned = performance.now();
  await page.getByRole('heading', { name: 'Signed.' }).waitFor();
  const signed = performance.now();
  await context.close();
  return gone - pressed + (signed - returned);
}

async function identify(page: Page): Promise<void> {
  for (const [field, value] of [
    ['input[name="value"]', KARI],
    ['input[name="value"]', 'otp'],
    ['input[type="password"]', 'qwer1234'],
  ] as const) {
    await page.locator(field).fill(value);
    await page.keyboard.press('Enter');
  }
}

function report<Row, Name extends keyof Row & string>(
  what: string,
  rows: readonly (Row & Record<Name, number>)[],
  name: Name,
  bar?: number,
): void {
  const values = rows.map((row) => row[name]).toSorted((a, b) => a - b);
  const upper = values[Math.ceil(values.length * 0.75) - 1] ?? 0;
  const digits = name === 'layoutShift' ? 3 : 0;
  const verdict = bar === undefined ? '' : `   bar ${bar}: ${upper <= bar ? 'held' : 'MISSED'}`;
  console.log(
    `  ${what.padEnd(30)} p50 ${median(values).toFixed(digits).padStart(6)}   p75 ${upper.toFixed(digits).padStart(6)}${verdict}`,
  );
}
