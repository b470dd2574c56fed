import { randomBytes } from 'node:crypto';
import type { Clock } from '../kernel/clock/clock.ts';
import { fireDueTimers, type TimerDeps } from './document-timers.ts';
import { recordPackage } from './record-package.ts';
import type { SignatureUnderTest } from './signature.testing.ts';
import { findDocument } from './store.ts';
import { MAIN_PART } from './wanted-packages.ts';

export const HOUR_MS = 3_600_000;

/** One time for all accounts. */
export function oneClock(clock: Clock): TimerDeps['clocks'] {
  return { read: async () => clock.now() };
}

/** One look of one process at what is due. */
export function look({ deps }: SignatureUnderTest): Promise<void> {
  return fireDueTimers({ ...deps, clocks: oneClock(deps.clock) });
}

export interface Row {
  type: string;
  payload: Record<string, unknown>;
  tags: string[];
}

export function eventsOf(signature: SignatureUnderTest, documentId: string): Promise<Row[]> {
  return signature.query<Row>('select type, payload, tags from events where document_id = $1 order by occurred_at', [
    documentId,
  ]);
}

/** As packaging does it; the file itself does not matter here. */
export async function packageAsPades(signature: SignatureUnderTest, documentId: string): Promise<string> {
  const { deps } = signature;
  const document = (await findDocument(deps.database, documentId))!;
  const file = await deps.files.put(document.accountId, randomBytes(100));
  await deps.database.transaction(async (tx) => {
    for (const format of ['pades', 'standard_packaging'] as const) {
      const made = { part: MAIN_PART, format, ...file, fileName: 'lease-signed', mediaType: 'x', level: 'B-LTA' };
      await recordPackage(deps, tx, documentId, made, deps.clock.now());
    }
  });
  return file.sha256;
}
