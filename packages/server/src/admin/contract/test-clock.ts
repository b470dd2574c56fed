import Type, { type Static } from 'typebox';
import { DateTime } from '../../kernel/contract/primitives.ts';

export const MoveClockRequest = Type.Object({
  advanceSeconds: Type.Optional(Type.Integer({ description: 'By how much the clock is moved forward.' })),
  to: Type.Optional(DateTime({ description: 'The time that the clock is moved to.' })),
});
export type MoveClockRequest = Static<typeof MoveClockRequest>;

export const ClockResponse = Type.Object({
  now: DateTime({ description: 'The time on the clock.' }),
});
