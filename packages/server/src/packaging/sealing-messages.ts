import type { MessagePort } from 'node:worker_threads';
import type { Indication, SignatureAlgorithm, SubIndication } from '@segl/ades';
import type { EvidenceInput } from './evidence-pages.ts';
import type { ReceiptInput } from './receipt-page.ts';
import type { StandardPackage } from './standard-package.ts';

/** A key that stays in the main thread; the worker asks for signatures by its number. */
export interface RemoteKey {
  key: number;
  algorithm: SignatureAlgorithm;
  certificateChain: Uint8Array[];
}

/** A file that goes into a package. */
export interface PackagedFile {
  /** Path, with `/` between folders where the package has folders. */
  fileName: string;
  mediaType: string;
  description: string;
  content: Uint8Array;
}

/** What a sealed PDF is made of. */
export interface PdfTask {
  kind: 'pdf';
  original: Uint8Array;
  /** Absent: no pages are added, and signatures are not visible. */
  evidence: EvidenceInput | undefined;
  attached: PackagedFile[];
  sealName: string;
  sealReason: string;
  /** In order of signing. */
  approvals: (RemoteKey & { fullName: string; reason: string; signedAt: Date })[];
  testMark: boolean;
}

/** An XML document that says everything, with the seal inside it. */
export interface StandardTask {
  kind: 'standard';
  package: Omit<StandardPackage, 'evidencePages'>;
  /** Of PDF: what its pages are made of, for a file that others signed before, which takes none. */
  pages: EvidencePagesTask | undefined;
}

/** Evidence pages as a sealed file of their own, with natives and evidence attached. */
export interface EvidencePagesTask {
  evidence: EvidenceInput;
  attached: PackagedFile[];
  sealName: string;
  sealReason: string;
}

/** What one signer gets to keep: a page in a sealed file of its own. */
export interface ReceiptTask {
  kind: 'receipt';
  receipt: ReceiptInput;
  sealName: string;
  sealReason: string;
}

/** Files in an ASiC-E container, or inside a XAdES signature. */
export interface FilesTask {
  kind: 'asice' | 'xades';
  files: PackagedFile[];
}

/** Everything that a package is made of. Plain data: it crosses a thread boundary. */
export type SealTask = (PdfTask | StandardTask | FilesTask | ReceiptTask) & {
  seal: RemoteKey;
  trustAnchors: Uint8Array[];
  now: Date;
};

/** What a validation by ETSI EN 319 102-1 says of one signature or document time-stamp. */
export interface Verdict {
  name: string;
  indication: Indication;
  subIndication: SubIndication | undefined;
  /** Codes of what bears on it. */
  findings: string[];
}

/** A sealed file as it was made, before it is judged. */
export type SealedFile = Omit<SealResult, 'verdicts'>;

export interface SealResult {
  bytes: Uint8Array;
  level: 'B-LT' | 'B-LTA';
  warnings: string[];
  /** None is TOTAL-FAILED. */
  verdicts: Verdict[];
}

/** What the worker may ask of the main thread, where keys and services are. */
export type PortRequest =
  | { id: number; ask: 'sign'; key: number; tbs: Uint8Array }
  | { id: number; ask: 'timeStamp'; request: Uint8Array }
  | { id: number; ask: 'ocsp' | 'crl'; certificate: Uint8Array; issuer: Uint8Array };

export type PortAnswer = { id: number; value: Uint8Array | undefined } | { id: number; error: string };

export type PoolTask = { do: 'checkPdf'; bytes: Uint8Array } | { do: 'seal'; task: SealTask; port: MessagePort };
