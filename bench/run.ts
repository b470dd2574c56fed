/** `npm run bench` runs them all, `npm run bench -- <name> [arguments]` one of them. */
const BENCHES = [
  'seal-pdf',
  'seal-memory',
  'api',
  'token',
  'list',
  'webhooks',
  'requests',
  'properties',
  'memory',
  'signing-app',
] as const;

const [wanted, ...rest] = process.argv.slice(2);
process.argv.splice(2, process.argv.length, ...rest);
for (const name of BENCHES) {
  if (wanted === undefined || wanted === name) await import(`./${name}.ts`);
}
if (wanted !== undefined && !BENCHES.some((name) => name === wanted)) {
  console.error(`There is no bench "${wanted}": ${BENCHES.join(', ')}`);
  process.exit(2);
}
