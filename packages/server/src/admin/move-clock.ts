import type { AccountClocks, ClockMove } from '../kernel/clock/account-clocks.ts';
import type { Clock } from '../kernel/clock/clock.ts';
import type { Database } from '../kernel/db/database.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import { writeAudit } from './audit.ts';
import type { MoveClockRequest } from './contract/test-clock.ts';

export interface ClockDeps {
  database: Database;
  /** Real time, which the audit keeps. */
  clock: Clock;
  accountClocks: AccountClocks;
}

/** The time of the account's test environment, as every process has it. */
export async function getClock(
  deps: Pick<ClockDeps, 'database' | 'accountClocks'>,
  { accountId, environment }: OperationContext,
): Promise<OperationResult> {
  const now = await deps.accountClocks.read(deps.database, accountId, environment);
  return { status: 200, body: { now: now.toISOString() } };
}

/**
 * Moves the clock of the account's test environment forward. Throws 400 when not exactly one of the two members is given,
 * 422 `clock_cannot_go_back` and `clock_too_far`.
 */
export async function moveClock(
  deps: ClockDeps,
  context: OperationContext,
  input: { body: MoveClockRequest },
): Promise<OperationResult> {
  const { accountId, environment } = context;
  const move = wantedMove(input.body);
  return deps.database.transaction(async (tx) => {
    const now = await deps.accountClocks.move(tx, accountId, move);
    await writeAudit(tx, {
      accountId,
      environment,
      occurredAt: deps.clock.now(),
      actorClientId: context.clientId,
      requestId: context.requestId,
      action: 'test_clock.moved',
      targetId: accountId,
      details: { to: now.toISOString() },
    });
    const result = { status: 200, body: { now: now.toISOString() } };
    await context.keepAnswer?.(tx, result);
    return result;
  });
}

function wantedMove({ advanceSeconds, to }: MoveClockRequest): ClockMove {
  if (advanceSeconds !== undefined && to === undefined) return { byMs: advanceSeconds * 1000 };
  if (to !== undefined && advanceSeconds === undefined) return { to: new Date(to) };
  const code = to === undefined ? 'required' : 'duplicate';
  const message = 'Give exactly one of advanceSeconds and to.';
  throw validationFailed([{ field: 'advanceSeconds', code, message }]);
}
