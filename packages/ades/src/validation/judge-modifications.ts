import type { FoundSignature } from '../pdf/existing-signatures.ts';
import { isName, type PdfDict, PdfName, PdfString, readTextString } from '../pdf/objects.ts';
import type { PdfFile } from '../pdf/pdf-file.ts';
import type { LaterChange } from '../pdf/revision-pair.ts';
import { listSignatureFields } from '../pdf/signature-fields.ts';
import { CLAUSE, type Conclusion, failed, indeterminate, passed, worst } from './validation-report.ts';

/** What may be changed after a signature (ISO 32000-2 §12.8.2.2 DocMDP, §12.8.2.4 FieldMDP, §12.7.5.5 locks). */
export interface Permissions {
  /** The strictest that counts for the signature; none when nobody has said anything. */
  docMdp: 1 | 2 | 3 | undefined;
  /** Whether the signature says which fields it locks, so that others may be filled. */
  namesFields: boolean;
  isLocked(field: string): boolean;
}

export function permissionsOf(
  file: PdfFile,
  signature: FoundSignature,
  certifications: readonly FoundSignature[],
): Permissions {
  const own = listSignatureFields(file, file.catalog).find(({ value }) => value === signature.dict);
  const lock = file.resolveDict(own?.dict.get('Lock'));
  const lockLevel = lock && file.resolve(lock.get('P'));
  const levels = [
    ...certifications.filter(({ coveredEnd }) => coveredEnd <= signature.coveredEnd).map(({ docMdp }) => docMdp),
    lockLevel === 1 || lockLevel === 2 || lockLevel === 3 ? lockLevel : undefined,
  ].filter((level) => level !== undefined);
  const rules = [...fieldRules(file, signature.dict), ...(lock ? [lock] : [])];
  return {
    docMdp: levels.length > 0 ? (Math.min(...levels) as 1 | 2 | 3) : undefined,
    namesFields: rules.length > 0,
    isLocked: (field) => rules.some((rule) => locks(file, rule, field)),
  };
}

function fieldRules(file: PdfFile, signature: PdfDict): PdfDict[] {
  return (file.resolveArray(signature.get('Reference')) ?? []).flatMap((item) => {
    const reference = file.resolveDict(item);
    if (!reference || !isName(file.resolve(reference.get('TransformMethod')), 'FieldMDP')) return [];
    const parameters = file.resolveDict(reference.get('TransformParams'));
    return parameters ? [parameters] : [];
  });
}

/** `Action`: All, Include or Exclude, with the names in `Fields`; a name counts for the fields below it. */
function locks(file: PdfFile, rule: PdfDict, field: string): boolean {
  const action = file.resolve(rule.get('Action'));
  const names = (file.resolveArray(rule.get('Fields')) ?? []).map((item) => {
    const name = file.resolve(item);
    return name instanceof PdfString ? readTextString(name) : '';
  });
  const named = names.some((name) => field === name || field.startsWith(`${name}.`));
  if (!(action instanceof PdfName)) return true;
  return action.value === 'Include' ? named : action.value === 'Exclude' ? !named : true;
}

/** Whether the changes are permitted, forbidden, or a matter of policy. */
export function judgeModifications(permissions: Permissions, changes: readonly LaterChange[]): Conclusion {
  return worst([passed(), ...changes.map((change) => judgeChange(permissions, change))]);
}

function judgeChange({ docMdp, namesFields, isLocked }: Permissions, { kind, field }: LaterChange): Conclusion {
  const forbidden = () => failed('FORMAT_FAILURE', `later_${kind}`, CLAUSE.modifications);
  const undecided = () => indeterminate('SIG_CONSTRAINTS_FAILURE', `later_${kind}`, CLAUSE.modifications);
  switch (kind) {
    // Validation data and document time-stamps are permitted at every level, ISO 32000-2 Table 257.
    case 'validation_data':
    case 'document_time_stamp':
    case 'metadata':
      return passed();
    case 'signature':
    case 'signature_field':
      return docMdp === 1 || (field !== undefined && isLocked(field) && kind === 'signature') ? forbidden() : passed();
    case 'form_filling':
      if (docMdp === 1 || isLocked(field ?? '')) return forbidden();
      // Nobody has said that the form may still be filled.
      return docMdp !== undefined || namesFields ? passed() : undecided();
    case 'annotation':
      // Even where they are permitted, annotations can cover what was signed.
      return docMdp === 3 || docMdp === undefined ? undecided() : forbidden();
    case 'content':
      return forbidden();
  }
}
