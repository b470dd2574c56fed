import { startVitest } from 'vitest/node';
import { installSystemPackages } from './system-packages.ts';

/** Runs every test of the repository and ends with `N passed, N failed, N skipped` alone on the last line. */
const missing = installSystemPackages();
if (missing.length > 0)
  console.error(`Missing, and not to be installed here: ${missing.join(', ')}. Tests that need them will fail.`);

const filters = process.argv.slice(2);
const vitest = await startVitest('test', filters, { run: true, watch: false });
const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
const count = (state: string) => tests.filter((test) => test.result().state === state).length;
// A file that does not even load, or an error outside a test, must not look like success.
const broken = vitest.state
  .getTestModules()
  .filter((module) => module.state() === 'failed' && [...module.children.allTests()].length === 0).length;
const failed = count('failed') + broken + vitest.state.getUnhandledErrors().length;
const passed = count('passed');
for (const test of tests) if (test.result().state === 'skipped') console.log(`skipped: ${test.fullName}`);
await vitest.close();
console.log(`${passed} passed, ${failed} failed, ${count('skipped')} skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
