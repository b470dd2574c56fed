import type { FieldError } from '../kernel/errors/segl-error.ts';
import type { OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import type { AcceptDialogRequest } from './contract/session.ts';
import type { DialogBefore } from './contract/signing-page.ts';
import { readPattern } from './match-pattern.ts';
import { recordEvidence } from './record-evidence.ts';
import { loadTurn, type SessionContext, stepRefused } from './session-context.ts';
import { dialogHash } from './session-gate.ts';
import { keepDialog } from './session-store.ts';
import { currentView } from './session-view.ts';
import type { SignatureDeps } from './signature-deps.ts';
import { lockDocumentRow } from './store.ts';

/**
 * The signer goes on from the dialog before the document: box ticked, fields filled in. What was said is evidence, and the
 * answers go with the signature. Safe to repeat; the last answers count. Throws 400 `validation_failed`, naming
 * `answers.<key>` or `accepted`, and 422 `signing_not_possible`.
 */
export async function acceptDialog(
  deps: SignatureDeps,
  context: SessionContext,
  body: AcceptDialogRequest,
): Promise<OperationResult> {
  const { session, now } = context;
  const before = await loadTurn(deps, session, now);
  if (before.state !== 'sign') throw stepRefused(before.state);
  const dialog = before.signer.request.ui?.dialogs?.before ?? {};
  const answers = answersFor(dialog, body.answers ?? {});
  const errors = await answerErrors(deps, dialog, body, answers);
  if (errors.length > 0) throw validationFailed(errors);
  const hash = dialogHash(before.signer);
  if (hash) {
    await deps.database.transaction(async (tx) => {
      await lockDocumentRow(tx, session.documentId);
      const { signer, state } = await loadTurn({ database: tx }, session, now);
      if (state !== 'sign') throw stepRefused(state);
      // Changed while it was answered: it is shown again.
      if (!dialogHash(signer)?.equals(hash)) return;
      await keepDialog(tx, session.id, {
        dialogHash: hash,
        formAnswers: dialog.formFields?.length ? answers : undefined,
      });
      await recordEvidence(deps, tx, session.documentId, {
        kind: 'dialog_accepted',
        signerId: signer.id,
        caller: context,
        data: { dialogSha256: hash.toString('hex'), ...(dialog.formFields?.length ? { answers } : {}) },
      });
    });
  }
  return { status: 200, body: await currentView(deps, context) };
}

/** One answer per field, as text; a box that was left alone is `false`. */
function answersFor({ formFields = [] }: DialogBefore, given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    formFields.map(({ key, type }) => {
      const text = Object.hasOwn(given, key) ? given[key]!.trim() : '';
      return [key, type === 'Checkbox' ? String(text === 'true') : text];
    }),
  );
}

async function answerErrors(
  deps: Pick<SignatureDeps, 'patterns'>,
  dialog: DialogBefore,
  body: AcceptDialogRequest,
  answers: Record<string, string>,
): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  if (dialog.useCheckBox && !body.accepted) {
    errors.push({ field: 'accepted', code: 'required', message: 'The box must be ticked.' });
  }
  for (const { key, type, regex, required } of dialog.formFields ?? []) {
    const answer = answers[key]!;
    const field = `answers.${key}`;
    const isEmpty = type === 'Checkbox' ? answer === 'false' : answer === '';
    if (isEmpty) {
      if (required) errors.push({ field, code: 'required', message: 'Must be filled in.' });
      continue;
    }
    const pattern = type === 'Checkbox' || regex === undefined ? undefined : readPattern(regex);
    if (pattern && !(await deps.patterns.matches(pattern, answer))) {
      errors.push({ field, code: 'pattern', message: 'Does not have the form that the sender asks for.' });
    }
  }
  return errors;
}
