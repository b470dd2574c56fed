import { AdesError } from '../ades-error.ts';
import {
  type BaselineLevel,
  type BaselineServices,
  levelNotPossible,
  reachesLevel,
  requireServices,
} from '../baseline-level.ts';
import { listSignatures } from '../pdf/existing-signatures.ts';
import { IncrementalUpdate } from '../pdf/incremental-update.ts';
import { openPdf } from '../pdf/pdf-file.ts';
import type { SignatureProvider } from '../ports.ts';
import { gatherValidationData } from '../revocation/validation-data.ts';
import type { TimeStampToken } from '../timestamp/time-stamp-verification.ts';
import { type SealVerification, verifySealedPdf } from '../validation/verify-sealed-pdf.ts';
import { buildCertificatePath, type PathPurpose } from '../x509/certificate-path.ts';
import { writeDocumentSecurityStore } from './document-security-store.ts';
import { type LayoutWarning, layOut, type PackageLayout } from './layout.ts';
import type { SignatureDescription } from './signature-dictionary.ts';
import {
  contentsRoom,
  type FieldChoice,
  signRevision,
  stampDocument,
  writeSignatureRevision,
} from './signature-revision.ts';
import type { TestMarkAppearances } from './test-mark.ts';

/** One signature to be made: who signs with what. */
export interface SealSignature extends SignatureDescription {
  provider: SignatureProvider;
}

interface SealBase extends BaselineServices {
  /** An accepted PDF; the sealed file begins with these bytes. */
  original: Uint8Array;
  /** One approval signature per signer, in order of signing. */
  approvals: readonly SealSignature[];
  /** Control time for chains and revocation data where no time-stamp proves one. */
  signingTime: Date;
}

/** A file nobody has signed: laid out, certified, approved. */
export interface PackagedSeal extends SealBase {
  mode?: 'package';
  layout: PackageLayout;
  certification: SealSignature;
}

/**
 * A file that others signed before: approval signatures in new fields and, by level, validation data and a document
 * time-stamp. No pages, no certification, no other fields, so that earlier verdicts stand.
 */
export interface ApprovalsOnlySeal extends SealBase {
  mode: 'approvals_only';
  /** Names for the new fields, one per approval. */
  fieldNames: readonly string[];
  /** Each new signature shows the mark TEST on the first page; otherwise they are invisible. */
  testMark?: boolean;
}

export interface SealRevision {
  kind: 'layout' | 'certification' | 'approval' | 'validation_data' | 'document_time_stamp';
  /** Length of the file when this revision was written. */
  endOffset: number;
}

export interface SealedPdf {
  bytes: Uint8Array;
  warnings: LayoutWarning[];
  revisions: SealRevision[];
  /** The self-check that the file passed before it was given out. */
  verification: SealVerification;
}

/**
 * Seals a PDF by appending revisions only: layout, certification (DocMDP P=2), one approval signature per signer, DSS,
 * document time-stamp, as far as the level asks (ETSI EN 319 142-1 §6). The result is verified as a whole before it is
 * given out; a level is reached or refused, never lowered.
 * @throws AdesError `already_signed`, `certified_no_changes`; `level_not_possible` when a port or field for the level is missing; `validation_data_missing`,
 *   `certificate_revoked`, `timestamp_invalid`, `timestamp_refused`, `certificate_path_invalid`, `signature_invalid`;
 *   `output_invalid` when the self-check fails
 */
export async function sealPackagedPdf(input: PackagedSeal | ApprovalsOnlySeal): Promise<SealedPdf> {
  const sealing = new Sealing(input);
  const plan = input.mode === 'approvals_only' ? sealing.planApprovals(input) : sealing.planPackage(input);
  if (plan.certification)
    await sealing.sign('certification', plan.certification.field, plan.certification.signature, 2);
  for (const { field, signature } of plan.approvals) await sealing.sign('approval', field, signature);
  if (sealing.reaches('B-LT')) await sealing.addValidationData();
  if (sealing.reaches('B-LTA')) await sealing.stamp(plan.documentTimeStamp);
  return sealing.finish(plan.warnings);
}

interface Plan {
  certification?: { field: FieldChoice; signature: SealSignature };
  approvals: { field: FieldChoice; signature: SealSignature }[];
  documentTimeStamp: FieldChoice;
  warnings: LayoutWarning[];
}

class Sealing {
  private readonly input: SealBase;
  private readonly update: IncrementalUpdate;
  private readonly revisions: SealRevision[] = [];
  private readonly signers: SignatureProvider[] = [];
  private readonly tokens: TimeStampToken[] = [];

  constructor(input: PackagedSeal | ApprovalsOnlySeal) {
    this.input = input;
    requireServices(input);
    const file = openPdf(input.original);
    const earlier = listSignatures(file);
    if (earlier.length > 0 && input.mode !== 'approvals_only') {
      throw new AdesError('already_signed', 'a signed file gets approvals only');
    }
    if (earlier.some((signature) => signature.docMdp === 1)) {
      throw new AdesError('certified_no_changes', 'the file is certified and allows no change');
    }
    this.update = new IncrementalUpdate(file);
  }

  reaches(level: BaselineLevel): boolean {
    return reachesLevel(this.input.level, level);
  }

  planPackage(input: PackagedSeal): Plan {
    if (input.layout.approvals.length !== input.approvals.length) {
      throw new AdesError('layout_invalid', 'the layout must have one field per approval');
    }
    if (this.reaches('B-LTA') && !input.layout.documentTimeStamp)
      throw levelNotPossible('a field for the document time-stamp');
    const { refs, fields } = layOut(this.update, input.layout);
    this.update.commit();
    this.record('layout');
    return {
      certification: { field: { ref: refs.certification }, signature: input.certification },
      approvals: input.approvals.map((signature, index) => ({ field: { ref: refs.approvals[index]! }, signature })),
      documentTimeStamp: refs.documentTimeStamp ? { ref: refs.documentTimeStamp } : { create: 'DocumentTimeStamp' },
      warnings: fields.warnings,
    };
  }

  planApprovals(input: ApprovalsOnlySeal): Plan {
    if (input.fieldNames.length !== input.approvals.length) {
      throw new AdesError('layout_invalid', 'there must be one field name per approval');
    }
    const testMark: TestMarkAppearances = new Map();
    return {
      approvals: input.approvals.map((signature, index) => ({
        field: { create: input.fieldNames[index]!, ...(input.testMark ? { testMark } : {}) },
        signature,
      })),
      documentTimeStamp: { create: 'DocumentTimeStamp' },
      warnings: [],
    };
  }

  async sign(
    kind: 'certification' | 'approval',
    field: FieldChoice,
    signature: SealSignature,
    docMdp?: 2,
  ): Promise<void> {
    const { provider } = signature;
    const stamping =
      this.reaches('B-T') && this.input.tsa
        ? { authority: this.input.tsa, trustAnchors: this.input.trustAnchors }
        : undefined;
    const room = contentsRoom(provider, stamping && { earlier: this.tokens.at(-1) });
    const written = writeSignatureRevision(this.update, field, signature, room, docMdp);
    const token = await signRevision(this.update, written, provider, stamping);
    if (token) this.tokens.push(token);
    this.signers.push(provider);
    this.record(kind);
  }

  /** Writes the data that every chain so far needs, if it is not there already. */
  async addValidationData(): Promise<void> {
    const at = this.controlTime();
    const data = await gatherValidationData(this.paths(at), this.input.revocation!, at);
    if (!writeDocumentSecurityStore(this.update, data)) return;
    this.update.commit();
    this.record('validation_data');
  }

  async stamp(field: FieldChoice): Promise<void> {
    const token = await stampDocument(this.update, field, this.input.tsa!, this.input.trustAnchors, this.tokens.at(-1));
    this.record('document_time_stamp');
    const known = this.tokens.some((earlier) => Buffer.compare(earlier.signer, token.signer) === 0);
    this.tokens.push(token);
    // A TSA that changed its certificate in between leaves a chain that the DSS does not cover yet.
    if (!known) await this.addValidationData();
  }

  private controlTime(): Date {
    const latest = Math.max(
      this.input.signingTime.getTime(),
      ...this.tokens.map((token) => token.generatedAt.getTime()),
    );
    return new Date(latest);
  }

  private paths(at: Date): Uint8Array[][] {
    const { trustAnchors } = this.input;
    const path = (certificate: Uint8Array, intermediates: readonly Uint8Array[], purpose: PathPurpose) =>
      buildCertificatePath({ certificate, intermediates, trustAnchors, at, purpose });
    return [
      ...this.signers.map(({ certificateChain: chain }) => path(chain[0]!, chain, 'signature')),
      ...this.tokens.map((token) => path(token.signer, token.certificates, 'time_stamping')),
    ];
  }

  finish(warnings: LayoutWarning[]): SealedPdf {
    const bytes = this.update.finish();
    const { original, trustAnchors, level } = this.input;
    const verification = verifySealedPdf(bytes, { trustAnchors, original });
    if (!verification.valid) throw new AdesError('output_invalid', verification.problems.join('; '));
    if (!reachesLevel(verification.level, level)) {
      throw new AdesError('output_invalid', `the file reaches ${verification.level ?? 'no level'} instead of ${level}`);
    }
    return { bytes, warnings, revisions: this.revisions, verification };
  }

  private record(kind: SealRevision['kind']): void {
    this.revisions.push({ kind, endOffset: this.update.size });
  }
}
