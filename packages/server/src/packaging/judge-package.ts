import {
  AdesError,
  isSignedPdf,
  type SignatureReport,
  type TimeStampReport,
  validateAsicE,
  validatePdf,
  validateXades,
} from '@segl/ades';
import type { SealTask, Verdict } from './sealing-messages.ts';

/** Time-stamp and revocation services may have clocks that are ahead of ours by so much. */
const CLOCKS_AHEAD_MS = 5_000;

/**
 * Validates a package as its receivers will (ETSI EN 319 102-1), by what is in it and the instance's own roots. What others
 * had signed before is left out: nobody here trusts or distrusts them. Throws `AdesError` `output_invalid` for a
 * signature that is TOTAL-FAILED; what is INDETERMINATE is answered.
 * @param elapsedMs since the task's `now`
 */
export async function judgePackage(task: SealTask, bytes: Uint8Array, elapsedMs: number): Promise<Verdict[]> {
  const at = new Date(task.now.getTime() + Math.ceil(elapsedMs) + CLOCKS_AHEAD_MS);
  const verdicts = await validate(task, bytes, { trustAnchors: task.trustAnchors, at });
  const failed = verdicts.find(({ indication }) => indication === 'TOTAL-FAILED');
  if (!failed) return verdicts;
  const { name, subIndication, findings } = failed;
  throw new AdesError('output_invalid', `${name} is TOTAL-FAILED, ${subIndication}: ${findings.join(', ')}`);
}

async function validate(
  task: SealTask,
  bytes: Uint8Array,
  options: { trustAnchors: readonly Uint8Array[]; at: Date },
): Promise<Verdict[]> {
  switch (task.kind) {
    case 'pdf':
    case 'receipt': {
      const before = task.kind === 'pdf' && isSignedPdf(task.original) ? task.original.length : 0;
      const { signatures, documentTimeStamps } = validatePdf(bytes, options);
      return [...signatures, ...documentTimeStamps].filter(({ coveredEnd }) => coveredEnd > before).map(verdictOf);
    }
    case 'standard':
    case 'xades':
      return (await validateXades(bytes, options)).signatures.map(verdictOf);
    case 'asice':
      return (await validateAsicE(bytes, options)).signatures.map(verdictOf);
  }
}

function verdictOf(report: (SignatureReport | TimeStampReport) & { name: string }): Verdict {
  const { name, indication, subIndication, findings } = report;
  return { name, indication, subIndication, findings: findings.map(({ code }) => code) };
}
