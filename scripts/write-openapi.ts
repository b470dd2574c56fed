import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startSegl } from '@segl/test-kit/segl-process';

/**
 * Writes `packages/server/openapi.json`, the published contract, from what a running server answers. Run it whenever
 * a contract changes, and look at the difference: callers depend on every line of it.
 *
 *     node scripts/write-openapi.ts
 */
export const CONTRACT_FILE = fileURLToPath(new URL('../packages/server/openapi.json', import.meta.url));

/** The contract as text, without anything that depends on where the server runs. */
export async function contractOf(url: string): Promise<string> {
  const answer = await fetch(`${url}/openapi.json`);
  if (!answer.ok) throw new Error(`the server does not answer its contract: ${answer.status}`);
  const { servers: _, ...contract } = (await answer.json()) as Record<string, unknown>;
  return `${JSON.stringify(contract, null, 2).replaceAll(`"${url}/`, '"/')}\n`;
}

if (import.meta.main) {
  const segl = await startSegl({ kind: 'embedded' });
  try {
    await writeFile(CONTRACT_FILE, await contractOf(segl.url));
  } finally {
    await segl.remove();
  }
}
