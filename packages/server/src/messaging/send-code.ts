import { codeText } from './code-texts.ts';
import type { CodeMessage, MessagingDeps } from './messaging-deps.ts';
import { sealMessage } from './sealed-message.ts';
import { carryAway, smsSenderOf, unitOf } from './send-message.job.ts';
import { insertSentCode } from './store.ts';

/** The code that everybody gets where messages go nowhere but into the inbox, so that tests know it. */
const CODE_OF_CAPTURED_MESSAGES = '123456';

export function fixedCode(
  { sendInTest }: Pick<MessagingDeps, 'sendInTest'>,
  environment: CodeMessage['environment'],
): string | undefined {
  return environment === 'test' && !sendInTest ? CODE_OF_CAPTURED_MESSAGES : undefined;
}

/**
 * Sends a code at once and not by a job: the person waits for it. Kept without the code, except in the test environment,
 * whose inbox shows it. Throws when the transport did not take it; then nothing is kept.
 */
export async function sendCodeMessage(
  deps: Pick<
    MessagingDeps,
    | 'database'
    | 'accountTime'
    | 'box'
    | 'publicUrl'
    | 'transports'
    | 'sendInTest'
    | 'smsSender'
    | 'accountSmsSender'
    | 'log'
    | 'meter'
  >,
  given: CodeMessage,
): Promise<void> {
  const { id, accountId, environment, documentId, signerId, mobile } = given;
  const sender = await smsSenderOf(deps, accountId);
  const message = { channel: 'sms', id, sender, to: mobile, text: codeText(given, given.code) } as const;
  const isCarried = await carryAway(deps, { environment, documentId, messageId: id }, message);
  const at = deps.accountTime.now(accountId, environment);
  await deps.database.transaction(async (tx) => {
    if (isCarried) await deps.meter(tx, [unitOf({ message, externalId: given.externalId }, given, at)]);
    await insertSentCode(tx, {
      id,
      accountId,
      environment,
      documentId,
      signerId,
      receiver: mobile,
      sender,
      text: codeText(given, '{code}'),
      contentSealed: environment === 'test' ? sealMessage(deps.box, { message, signUrl: undefined }) : undefined,
      at,
    });
  });
}
