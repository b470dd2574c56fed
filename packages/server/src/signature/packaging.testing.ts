import { randomBytes } from 'node:crypto';
import type { TestDatabase } from '../../../test-kit/src/databases.ts';
import { systemClock } from '../kernel/clock/clock.ts';
import { createKeyStore } from '../kernel/keys/key-store.ts';
import { type PackagingDeps, packageDocument, readPadesTemplate, SealingPool } from '../packaging/index.ts';
import { createTrust, type TrustOptions } from '../trust/index.ts';
import { openSignedNumber } from './national-number.ts';
import { listWantedPackages } from './package-store.ts';
import { SignatureUnderTest } from './signature.testing.ts';
import type { SignatureDeps } from './signature-deps.ts';

/** Packaging beside signature on a real database, in real time and with real threads, without the job queue. */
export class PackagingUnderTest {
  readonly signature: SignatureUnderTest;
  readonly deps: PackagingDeps;
  /** By the trust service; a test may put another in its place. */
  sealXml: SignatureDeps['sealXml'];

  private constructor(signature: SignatureUnderTest, deps: PackagingDeps) {
    this.signature = signature;
    this.deps = deps;
    this.sealXml = deps.trust.sealXml;
  }

  static async start(database: TestDatabase, changes: Partial<TrustOptions> = {}): Promise<PackagingUnderTest> {
    const trust = await createTrust({
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
      ...changes,
    });
    const pool = new SealingPool({ threads: 1, services: trust });
    const signature = await SignatureUnderTest.start(database, {
      sealXml: (account, xml) => made.sealXml(account, xml),
      raiseSeal: (sealed) => trust.raiseSeal(sealed),
      makePackage: (task) => packageDocument(made.deps, task),
    });
    const { events, files, log, accountTime } = signature.deps;
    const made = new PackagingUnderTest(signature, {
      database,
      events,
      files,
      log,
      clock: systemClock,
      accountTime,
      trust,
      pool,
      account: async () => ({ name: 'Nordbank', orgNumber: undefined, logo: undefined }),
      padesTemplate: (accountId, sha256) => readPadesTemplate({ files }, accountId, sha256),
      methodName: () => 'Test eID',
      nationalNumber: (documentId, signed) => openSignedNumber(signature.deps.nationalNumberBox, documentId, signed),
    });
    return made;
  }

  /** Creates a document and signs it for everybody. */
  async signedDocument(changes: Record<string, unknown> = {}, signers = ['kari']): Promise<string> {
    const { body } = await this.signature.create(changes, signers);
    for (const { url } of body.signers) await this.signature.sign(url);
    return body.documentId;
  }

  /** What the jobs of a document do, one after the other. */
  async packageAll(documentId: string): Promise<void> {
    const tasks = await listWantedPackages(this.deps.database, [documentId]);
    for (const task of tasks) await packageDocument(this.deps, task);
  }

  async stop(): Promise<void> {
    await this.deps.pool.close();
    await this.signature.stop();
  }
}
