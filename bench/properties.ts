import { tryEveryOperation } from '../test/properties/every-operation.ts';

/**
 * Generated requests over every operation: `npm run bench -- properties [requests] [seed]`. Ends with 1 when an answer was
 * a 5xx or broke the contract, and prints how to send it again.
 */
const [requests = '100000', seed] = process.argv.slice(2);
let nextReport = 0;

const summary = await tryEveryOperation({
  requests: Number(requests),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
  onRound(so, residentMb) {
    if (so.requests < nextReport) return;
    nextReport += Number(requests) / 10;
    console.log(
      `${String(so.requests).padStart(8)} requests  ${so.seconds.toFixed(0).padStart(5)} s  ${residentMb} MB  ${so.findings.length} findings`,
    );
  },
});
for (const finding of summary.findings.slice(0, 10)) console.log(JSON.stringify(finding, null, 2));
console.log(`\n${summary.requests} requests in ${summary.seconds.toFixed(0)} s, by status:`, summary.statuses);
console.log(`${Object.keys(summary.operations).length} operations, ${summary.findings.length} findings`);
if (summary.findings.length > 0) process.exitCode = 1;
