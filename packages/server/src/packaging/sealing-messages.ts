import type { MessagePort } from 'node:worker_threads';
import type { SignatureAlgorithm } from '@segl/ades';
import type { EvidenceInput } from './evidence-pages.ts';

/** A key that stays in the main thread; the worker asks for signatures by its number. */
export interface RemoteKey {
  key: number;
  algorithm: SignatureAlgorithm;
  certificateChain: Uint8Array[];
}

export interface NativeEvidence {
  fileName: string;
  mediaType: string;
  description: string;
  content: Uint8Array;
}

/** Everything that a packaged PDF is made of. Plain data: it crosses a thread boundary. */
export interface SealTask {
  original: Uint8Array;
  evidence: EvidenceInput;
  natives: NativeEvidence[];
  seal: RemoteKey;
  sealReason: string;
  /** In order of signing. */
  approvals: (RemoteKey & { fullName: string; reason: string; signedAt: Date })[];
  trustAnchors: Uint8Array[];
  now: Date;
  testMark: boolean;
}

export interface SealResult {
  bytes: Uint8Array;
  level: 'B-LTA';
  warnings: string[];
}

/** What the worker may ask of the main thread, where keys and services are. */
export type PortRequest =
  | { id: number; ask: 'sign'; key: number; tbs: Uint8Array }
  | { id: number; ask: 'timeStamp'; request: Uint8Array }
  | { id: number; ask: 'ocsp' | 'crl'; certificate: Uint8Array; issuer: Uint8Array };

export type PortAnswer = { id: number; value: Uint8Array | undefined } | { id: number; error: string };

export type PoolTask = { do: 'checkPdf'; bytes: Uint8Array } | { do: 'seal'; task: SealTask; port: MessagePort };
