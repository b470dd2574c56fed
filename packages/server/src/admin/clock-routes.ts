import type { RouteDefinition } from '../kernel/http/route.ts';
import { ClockResponse, MoveClockRequest } from './contract/test-clock.ts';
import { type ClockDeps, getClock, moveClock } from './move-clock.ts';

const now = '2026-03-02T12:00:00.000Z';

/** The clock of an account's test environment. */
export function accountClockRoutes(deps: ClockDeps): RouteDefinition[] {
  const clock = {
    tags: ['Test environment'] as [string],
    environment: 'test' as const,
    scope: 'account_write',
    path: '/test/clock',
  };
  return [
    {
      ...clock,
      method: 'GET',
      operationId: 'RetrieveTestClock',
      summary: 'Retrieve test clock',
      description: 'For clients of the test environment only: production gets 404.',
      example: { answer: { now } },
      responses: { 200: ClockResponse },
      handle: (context) => getClock(deps, context),
    },
    {
      ...clock,
      method: 'POST',
      operationId: 'MoveTestClock',
      summary: 'Move test clock',
      description:
        "Moves the clock of the account's test environment forward, by `advanceSeconds` or to `to`, never back. Deadlines, retries, retention and all times that the API shows follow it; access tokens, rate limits, certificates, time-stamps, the request log and administration keep real time. For clients of the test environment only: production gets 404.",
      example: { request: { advanceSeconds: 86_400 }, answer: { now } },
      body: MoveClockRequest,
      responses: { 200: ClockResponse },
      handle: (context, input) => moveClock(deps, context, input),
    },
  ];
}
