import type { Workbench } from './judges.ts';
import { runJudge } from './judges.ts';

/** What openssl says about a CMS signature; `content` for a detached one. */
export async function verifyCmsWithOpenssl(
  bench: Workbench,
  input: { cms: Uint8Array; root: Uint8Array; content?: Uint8Array; options?: string[] },
): Promise<string> {
  const signed = await bench.write('signed.p7s', input.cms);
  const root = await bench.writePem('root.pem', [input.root]);
  const content = input.content ? ['-content', await bench.write('content.bin', input.content)] : [];
  const verdict = await runJudge('openssl', [
    'cms',
    '-verify',
    ...(input.options ?? ['-cades']),
    ...['-binary', '-inform', 'DER', '-in', signed, '-CAfile', root, '-purpose', 'any'],
    ...[...content, '-out', `${bench.folder}/extracted.bin`],
  ]);
  return verdict.output;
}

/** What openssl says about a time-stamp token over `data`. */
export async function verifyTokenWithOpenssl(
  bench: Workbench,
  input: { token: Uint8Array; root: Uint8Array; data: Uint8Array },
): Promise<string> {
  const token = await bench.write('token.tst', input.token);
  const data = await bench.write('stamped.bin', input.data);
  const root = await bench.writePem('root.pem', [input.root]);
  const args = ['ts', '-verify', '-token_in', '-in', token, '-data', data, '-CAfile', root];
  return (await runJudge('openssl', args)).output;
}
