import { randomBytes } from 'node:crypto';
import { sampleContract } from '@segl/test-kit/segl-process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type TestDatabase } from '../../../test-kit/src/databases.ts';
import { systemClock } from '../kernel/clock/clock.ts';
import { createKeyStore } from '../kernel/keys/key-store.ts';
import { createTrust, type Trust } from '../trust/index.ts';
import { judgePackage } from './judge-package.ts';
import type { SealTask } from './sealing-messages.ts';
import { SealingPool } from './sealing-pool.ts';

const ACCOUNT = { id: '0195a000-0000-7000-8000-00000000000a', name: 'Nordbank' };

describe('the self-check of a package', () => {
  let database: TestDatabase;
  let trust: Trust;
  let pool: SealingPool;

  beforeAll(async () => {
    database = await freshDatabase('embedded');
    trust = await createTrust({
      database,
      keys: createKeyStore({ database, masterKey: randomBytes(32), clock: systemClock }),
      clock: systemClock,
      trustUrl: 'http://localhost:8642/trust',
      timeStampUrl: undefined,
      timeStampCertificateFile: undefined,
      timeStampPolicy: 'queue',
      sealKeyFile: undefined,
      sealCertificateFile: undefined,
      signerCaKeyFile: undefined,
      signerCaCertificateFile: undefined,
    });
    pool = new SealingPool({ threads: 1, services: trust });
  });
  afterAll(async () => {
    await pool.close();
    await database.close();
  });

  const judge = (kind: 'standard' | 'receipt', bytes: Uint8Array, trustAnchors = [...trust.anchors]) =>
    judgePackage({ kind, trustAnchors, now: new Date() } as SealTask, bytes, 0);
  const changed = (bytes: Uint8Array, text: string) => {
    const copy = Buffer.from(bytes);
    copy[copy.indexOf(text)]! ^= 1;
    return copy;
  };

  it('lets out no XML whose signature is TOTAL-FAILED, and tells what is INDETERMINATE', async () => {
    const { bytes } = await trust.sealXml(ACCOUNT, Buffer.from('<a>Kari</a>'));
    expect(await judge('standard', bytes)).toEqual([
      { name: '1', indication: 'TOTAL-PASSED', subIndication: undefined, findings: [] },
    ]);
    const refused = { code: 'output_invalid', message: expect.stringMatching(/TOTAL-FAILED, HASH_FAILURE/) };
    await expect(judge('standard', changed(bytes, 'Kari'))).rejects.toMatchObject(refused);
    const [unknown] = await judge('standard', bytes, []);
    expect([unknown?.indication, unknown?.subIndication]).toEqual(['INDETERMINATE', 'NO_CERTIFICATE_CHAIN_FOUND']);
  });

  it('lets out no PDF that was changed after it was signed', async () => {
    const { bytes, verdicts } = await pool.seal({
      kind: 'pdf',
      original: await sampleContract(),
      evidence: undefined,
      attached: [],
      sealName: 'Nordbank',
      sealReason: 'Certified',
      approvals: [],
      testMark: false,
      seal: await trust.sealProvider(ACCOUNT),
      trustAnchors: [...trust.anchors],
      now: new Date(),
    });
    expect(verdicts.map(({ name, indication }) => [name, indication])).toEqual([
      ['Certification', 'TOTAL-PASSED'],
      ['DocumentTimeStamp', 'TOTAL-PASSED'],
    ]);
    const refused = { code: 'output_invalid', message: expect.stringMatching(/TOTAL-FAILED/) };
    await expect(judge('receipt', changed(bytes, 'Type'))).rejects.toMatchObject(refused);
  });
});
