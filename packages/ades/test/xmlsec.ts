import { runJudge, type Workbench } from './judges.ts';

/** What xmlsec1 says about an XML signature; detached files are looked for in the folder of the workbench. */
export async function verifyWithXmlsec(
  bench: Workbench,
  input: { signed: Uint8Array; root: Uint8Array; extra?: string[] },
): Promise<string> {
  const path = await bench.write('signed.xml', input.signed);
  const root = await bench.writePem('root.pem', [input.root]);
  const verdict = await runJudge('sh', [
    '-c',
    'cd "$0" && exec xmlsec1 --verify "$@"',
    bench.folder,
    ...['--id-attr:Id', 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties'],
    ...['--id-attr:Id', 'http://www.w3.org/2000/09/xmldsig#:Object'],
    ...['--trusted-pem', root, ...(input.extra ?? []), path],
  ]);
  return verdict.output;
}
