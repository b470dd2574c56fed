import type { Clock } from '../kernel/clock/clock.ts';
import {
  type EvidenceEntry,
  type MadeFormat,
  RECEIPT_EXTENSION,
  type SignatureRecord,
  signedFileName,
} from '../signature/index.ts';
import type { Trust } from '../trust/index.ts';
import { howSigned, signingReason } from './how-signed.ts';
import {
  contentFile,
  evidenceFile,
  evidenceInput,
  isPdf,
  nativeFiles,
  type PackageMaterial,
  presentationFiles,
  receiptInput,
  standardPackage,
} from './package-material.ts';
import { PackagingFault } from './packaging-fault.ts';
import type { EvidencePagesTask, PackagedFile, SealResult } from './sealing-messages.ts';
import type { Approval, SealingPool } from './sealing-pool.ts';

export interface MakePackageDeps {
  /** Real time: what goes into signatures. */
  clock: Clock;
  trust: Trust;
  pool: SealingPool;
}

export interface MadePackage extends SealResult {
  fileName: string;
  mediaType: string;
}

interface Maker {
  extension: string;
  mediaType: string;
  make(deps: MakePackageDeps, material: PackageMaterial): Promise<SealResult>;
}

const PDF = 'application/pdf';
const XML = 'application/xml';

const STANDARD: Maker = {
  extension: '.xml',
  mediaType: XML,
  make: async (deps, material) =>
    deps.pool.seal({
      kind: 'standard',
      package: standardPackage(material),
      pages: isPdf(material) ? pagesOf(material) : undefined,
      ...(await sealing(deps, material)),
    }),
};

const PADES: Maker = {
  extension: '.pdf',
  mediaType: PDF,
  make: (deps, material) => sealPdf(deps, material, { pages: true }),
};

const RECEIPT: Maker = {
  extension: RECEIPT_EXTENSION,
  mediaType: PDF,
  make: async (deps, material) =>
    deps.pool.seal({
      kind: 'receipt',
      receipt: receiptInput(material),
      sealName: material.account.name,
      sealReason: `Certified by ${material.account.name}`,
      ...(await sealing(deps, material)),
    }),
};

const MAKERS: Partial<Record<MadeFormat, Maker>> = {
  pades: PADES,
  receipt: RECEIPT,
  standard_packaging: STANDARD,
  no_bankid_pades: {
    extension: '.bankid.pdf',
    mediaType: PDF,
    make(deps, material) {
      const other = material.signatures.find(({ signature }) => !signature.method.startsWith('no_bankid'));
      if (other) throw new PackagingFault('packaging_failed', 'not all have signed with Norwegian BankID');
      return sealPdf(deps, material, { pages: false });
    },
  },
  xades: {
    extension: '.xades.xml',
    mediaType: XML,
    make: async (deps, material) =>
      deps.pool.seal({
        kind: 'xades',
        files: [
          contentFile(material),
          ...presentationFiles(material),
          ...nativeFiles(material).flatMap(({ native, binding }) => [native, binding]),
        ],
        ...(await sealing(deps, material)),
      }),
  },
  asice: {
    extension: '.asice',
    mediaType: 'application/vnd.etsi.asic-e+zip',
    make: async (deps, material) =>
      deps.pool.seal({
        kind: 'asice',
        files: [
          contentFile(material),
          ...presentationFiles(material).map((file) => inFolder('presentation', file)),
          ...nativeFiles(material).flatMap(({ native, binding }) => [
            inFolder('natives', native),
            inFolder('natives', binding),
          ]),
          inFolder('evidence', evidenceFile(material)),
        ],
        ...(await sealing(deps, material)),
      }),
  },
};

/** Makes the file of a format. Throws `PackagingFault`, and what sealing throws. */
export async function makePackage(
  deps: MakePackageDeps,
  material: PackageMaterial,
  format: MadeFormat,
): Promise<MadePackage> {
  const sealed = isPdf(material) ? PADES : STANDARD;
  const maker = format === 'packaged' ? sealed : MAKERS[format];
  if (!maker) throw new PackagingFault('packaging_failed', `there is no way to make ${format}`);
  const made = await maker.make(deps, material);
  return { ...made, fileName: signedFileName(material.content.fileName, maker.extension), mediaType: maker.mediaType };
}

/** The account's seal, and what any seal takes. */
async function sealing({ trust, clock }: MakePackageDeps, { document, account }: PackageMaterial) {
  return {
    seal: await trust.sealProvider({ id: document.accountId, name: account.name }),
    trustAnchors: [...trust.anchors],
    now: clock.now(),
  };
}

function pagesOf(material: PackageMaterial): EvidencePagesTask {
  return {
    evidence: evidenceInput(material),
    attached: [...nativeFiles(material).flatMap(({ native, binding }) => [native, binding]), evidenceFile(material)],
    sealName: material.account.name,
    sealReason: `Certified by ${material.account.name}`,
  };
}

async function sealPdf(
  deps: MakePackageDeps,
  material: PackageMaterial,
  { pages }: { pages: boolean },
): Promise<SealResult> {
  const { document, original } = material;
  const { evidence, ...task } = pagesOf(material);
  return deps.pool.seal({
    kind: 'pdf',
    original,
    evidence: pages ? evidence : undefined,
    ...task,
    approvals: await Promise.all(material.signatures.map((one) => approvalOf(deps, material, one))),
    testMark: document.environment === 'test',
    ...(await sealing(deps, material)),
  });
}

async function approvalOf(
  { trust }: MakePackageDeps,
  { document, account, methodName, evidence }: PackageMaterial,
  { signature, native }: PackageMaterial['signatures'][number],
): Promise<Approval> {
  return {
    provider: await trust.oneShotSigner({
      accountId: document.accountId,
      accountName: account.name,
      fullName: signature.fullName,
      firstName: signature.firstName,
      lastName: signature.lastName,
      uniqueId: signature.methodUniqueId ?? signature.signerId,
      method: signature.method,
      documentSha256: signature.documentSha256,
      nativeSha256: signature.native.sha256,
    }),
    fullName: signature.fullName,
    reason: signingReason(howSigned(signature, native).how, methodName(signature.method)),
    signedAt: signingTime(signature, evidence),
  };
}

/** Real time, which is another than the account's where its clock was ahead: then the evidence tells. */
function signingTime(signature: SignatureRecord, evidence: readonly EvidenceEntry[]): Date {
  const signed = evidence.find((entry) => entry.kind === 'signed' && entry.signerId === signature.signerId);
  return typeof signed?.data.realTime === 'string' ? new Date(signed.data.realTime) : signature.signedAt;
}

function inFolder(folder: string, file: PackagedFile): PackagedFile {
  return { ...file, fileName: `${folder}/${file.fileName}` };
}
