import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkbench, runJudge, type Workbench } from '../../test/judges.ts';
import { samplePdf } from '../../test/sample-pdf.ts';
import { createTestAuthority, type KeyPair, p256, p384, rsa, type TestAuthority } from '../../test/test-authority.ts';
import { signPadesBaselineB } from '../pades/baseline-b.ts';
import type { SignatureProvider } from '../ports.ts';
import { type Pkcs11Key, type Pkcs11Module, pkcs11SignatureProvider } from './pkcs11-signature-provider.ts';

/*
 * On SoftHSM (Debian: softhsm2) by `pkcs11js`, which is built where it is installed and is no dependency here. With
 * SEGL_PKCS11JS naming a folder that has it in its node_modules the tests run; without one of the two they are skipped by name.
 */
const LIBRARY = '/usr/lib/softhsm/libsofthsm2.so';
const folder = process.env.SEGL_PKCS11JS ?? import.meta.dirname;
const missing = [...(existsSync(LIBRARY) ? [] : ['softhsm2']), ...(canResolve('pkcs11js') ? [] : ['pkcs11js'])].join(
  ' and ',
);

function canResolve(name: string): boolean {
  try {
    createRequire(`${folder}/`).resolve(name);
    return true;
  } catch {
    return false;
  }
}

interface Pkcs11js {
  PKCS11: new () => Pkcs11Module & {
    load(path: string): void;
    C_Initialize(): void;
    C_Finalize(): void;
    C_GetSlotList(present: boolean): Buffer[];
    C_OpenSession(slot: Buffer, flags: number): Buffer;
    C_Login(session: Buffer, userType: number, pin: string): void;
  };
  CKF_SERIAL_SESSION: number;
  CKU_USER: number;
}

const now = new Date(Math.floor(Date.now() / 1000) * 1000);
const KEYS: [Pkcs11Key['algorithm'], string, () => KeyPair][] = [
  ['rsa-pkcs1-sha256', 'a1', rsa],
  ['rsa-pss-sha256', 'a2', rsa],
  ['ecdsa-p256-sha256', 'a3', p256],
  ['ecdsa-p384-sha384', 'a4', p384],
];

describe.skipIf(missing !== '')(
  `a key in a PKCS#11 token${missing && ` (skipped: ${missing} is not installed)`}`,
  () => {
    let bench: Workbench;
    let authority: TestAuthority;
    let token: InstanceType<Pkcs11js['PKCS11']>;
    let session: Buffer;
    const chains = new Map<string, readonly Uint8Array[]>();

    const util = async (...args: string[]): Promise<void> => {
      const { code, output } = await runJudge('softhsm2-util', args);
      if (code !== 0) throw new Error(output);
    };

    beforeAll(async () => {
      bench = await createWorkbench();
      authority = await createTestAuthority({ now });
      process.env.SOFTHSM2_CONF = await bench.write(
        'softhsm2.conf',
        `directories.tokendir = ${bench.folder}\nobjectstore.backend = file\n`,
      );
      await util('--init-token', '--free', '--label', 'test', '--pin', '1234', '--so-pin', '1234');
      for (const [label, id, makeKeys] of KEYS) {
        const keys = makeKeys();
        const pem = await bench.write(`${label}.pem`, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
        await util('--import', pem, '--token', 'test', '--label', label, '--id', id, '--pin', '1234');
        chains.set(label, (await authority.enrol({ commonName: label }, keys)).certificateChain);
      }
      const pkcs11js = createRequire(`${folder}/`)('pkcs11js') as Pkcs11js;
      token = new pkcs11js.PKCS11();
      token.load(LIBRARY);
      token.C_Initialize();
      session = token.C_OpenSession(token.C_GetSlotList(true)[0]!, pkcs11js.CKF_SERIAL_SESSION);
      token.C_Login(session, pkcs11js.CKU_USER, '1234');
    }, 60_000);
    afterAll(async () => {
      token?.C_Finalize();
      await bench?.[Symbol.asyncDispose]();
    });

    const provider = (algorithm: Pkcs11Key['algorithm'], more: Partial<Pkcs11Key> = {}): SignatureProvider =>
      pkcs11SignatureProvider({
        module: token,
        session,
        label: algorithm,
        algorithm,
        certificateChain: chains.get(algorithm)!,
        ...more,
      });

    it.each(KEYS)('signs PDFs that pdfsig calls valid, several at once, %s', async (algorithm, id) => {
      const key = provider(algorithm, { id: Buffer.from(id, 'hex') });
      const files = await Promise.all(
        ['one', 'two', 'three'].map((text) =>
          signPadesBaselineB({ bytes: samplePdf({ pages: [{ text }] }), provider: key, signingTime: now }),
        ),
      );
      for (const [index, bytes] of files.entries()) {
        const path = await bench.write(`signed-${index}.pdf`, bytes);
        expect((await runJudge('pdfsig', ['-nocert', path])).output).toContain('Signature is Valid.');
      }
    });

    it('says when there is no such key, or more than one', () => {
      for (const choice of [{ label: 'other' }, { label: undefined }]) {
        expect(() => provider('rsa-pkcs1-sha256', choice as Partial<Pkcs11Key>)).toThrow(
          expect.objectContaining({ code: 'key_missing' }),
        );
      }
    });
  },
);
