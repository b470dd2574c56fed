import type { Transaction } from '../kernel/db/database.ts';
import { type FieldError, SeglError } from '../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import { parseGuid } from '../kernel/ids/uuid.ts';
import type { ManualReminder } from './contract/notifications.ts';
import { isFinal } from './document-status.ts';
import { lockOwnDocument } from './get-document.ts';
import { type MobileNumber, parseMobile } from './mobile-number.ts';
import { updateOverrides } from './notification-store.ts';
import { recipientOf } from './recipients.ts';
import { turnState } from './session-context.ts';
import type { SignatureDeps } from './signature-deps.ts';
import type { DueSigner } from './signers-to-ask.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

type Deps = Pick<SignatureDeps, 'database' | 'messages' | 'requireFeatures'>;

/** Another address for a signer, from now on. */
interface Override {
  email: string | undefined;
  mobile: MobileNumber | undefined;
}

const PAUSE_MS = 60_000;

/**
 * Reminds those whose turn it is, or those of them that are named, now. Signers who have signed or must wait are left
 * out. Other addresses that are given stay for all later messages. Throws 422 `document_closed`, 422
 * `notification_recipient_missing` when none of those to be reminded can be reached, and 429 when one of them was
 * reminded in this way less than a minute ago; then nobody is.
 */
export async function sendReminder(
  deps: Deps,
  context: OperationContext,
  documentId: string,
  body: ManualReminder,
): Promise<OperationResult> {
  const named = readSigners(body);
  const channel = body.notificationSetting;
  if (channel === 'sendSms' || channel === 'sendBoth') {
    await deps.requireFeatures(context, [{ product: 'sms', field: 'notificationSetting' }]);
  }
  return deps.database.transaction(async (tx) => {
    const document = await lockOwnDocument(tx, context, documentId);
    const signers = named ? withOverrides(document, named) : document.signers;
    requireOpen(document, context.now);
    const result = { status: 200, body };
    if (channel !== 'off') {
      const due = signers
        .filter((signer) => turnState(document, signer.id, context.now) === 'sign')
        .map((signer) => recipientOf(document, signer, channel));
      await remind(deps, tx, document, due, context.now);
      await updateOverrides(tx, document.id, named ?? new Map());
    }
    await context.keepAnswer?.(tx, result);
    return result;
  });
}

/** The signers that are named, by id; throws 400 for ids and addresses that are none. */
function readSigners(body: ManualReminder): Map<string, Override> | undefined {
  if (!body.signers) return undefined;
  const errors: FieldError[] = [];
  const named = new Map<string, Override>();
  for (const [key, given] of Object.entries(body.signers)) {
    const id = parseGuid(key);
    const field = `signers.${key.slice(0, 50)}`;
    if (!id) {
      errors.push({ field, code: 'format', message: 'Is not the id of a signer.' });
      continue;
    }
    const mobile = given?.mobileOverride && parseMobile(given.mobileOverride);
    if (given?.mobileOverride && !mobile) {
      const message = 'Must be a mobile number with its country code.';
      errors.push({ field: `${field}.mobileOverride`, code: 'mobile', message });
    }
    named.set(id, { email: given?.emailOverride, mobile });
  }
  if (errors.length > 0) throw validationFailed(errors);
  return named;
}

function requireOpen(document: DocumentRecord, now: Date): void {
  if (isFinal(document.status) || now >= document.deadline) {
    throw new SeglError(422, 'document_closed', 'The document can no longer be signed, so nobody is reminded of it.');
  }
}

/** The named signers as they are with their other addresses. */
function withOverrides(document: DocumentRecord, named: ReadonlyMap<string, Override>): SignerRecord[] {
  const errors: FieldError[] = [];
  const signers = [...named].flatMap(([id, { email, mobile }]) => {
    const signer = document.signers.find((one) => one.id === id);
    if (!signer) {
      errors.push({ field: `signers.${id}`, code: 'unknown_reference', message: 'The document has no such signer.' });
      return [];
    }
    const { emailOverride, mobileOverride } = signer;
    return [{ ...signer, emailOverride: email ?? emailOverride, mobileOverride: mobile ?? mobileOverride }];
  });
  if (errors.length > 0) throw validationFailed(errors);
  return signers;
}

async function remind(
  deps: Deps,
  tx: Transaction,
  document: DocumentRecord,
  due: readonly DueSigner[],
  now: Date,
): Promise<void> {
  const reachable = due.filter(
    ({ channel, email, mobile }) => (channel !== 'sendSms' && email) || (channel !== 'sendEmail' && mobile),
  );
  if (due.length > 0 && reachable.length === 0) {
    const message = 'None of the signers to be reminded has an address for this channel.';
    throw new SeglError(422, 'notification_recipient_missing', message);
  }
  const last = await deps.messages.manualReminders(tx, document.id);
  const waitMs = Math.max(
    ...reachable.map(({ signerId }) => PAUSE_MS - (now.getTime() - (last.get(signerId)?.getTime() ?? 0))),
  );
  if (waitMs > 0) {
    throw new SeglError(429, 'too_many_requests', 'A signer was reminded less than a minute ago.', {
      retryAfterSeconds: Math.ceil(waitMs / 1000),
    });
  }
  await deps.messages.remind(tx, reachable, now);
}
