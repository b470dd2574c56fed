import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LifeCycle, nextTimer } from './document-timer.ts';

const HOUR_MS = 3_600_000;
const end = new Date('2026-03-01T12:00:00Z');
const after = (hours: number) => new Date(end.getTime() + hours * HOUR_MS);

function cycle(changes: Partial<LifeCycle>): LifeCycle {
  return {
    status: 'canceled',
    deadline: after(-1),
    endedAt: end,
    packaged: false,
    deleteAfterHours: 168,
    announcedAt: undefined,
    ...changes,
  };
}

describe('the next step of a document by itself', () => {
  it.each(['waiting_for_attachments', 'unsigned', 'partialsigned'] as const)(
    '%s: it expires with its deadline',
    (status) => {
      const timer = nextTimer(cycle({ status, endedAt: undefined, deadline: after(3) }));
      expect(timer).toEqual({ action: 'expire', dueAt: after(3) });
    },
  );

  it.each([
    [168, 144],
    [744, 720],
    [48, 24],
    [47, 23.5],
    [1, 0.5],
  ])('kept for %i hours, its deletion is announced after %f hours', (deleteAfterHours, hours) => {
    expect(nextTimer(cycle({ deleteAfterHours }))).toEqual({ action: 'announce_deletion', dueAt: after(hours) });
  });

  it('is erased when the time is over that was announced', () => {
    expect(nextTimer(cycle({ announcedAt: after(144) }))).toEqual({ action: 'erase', dueAt: after(168) });
  });

  it('is not erased before its signed file was there', () => {
    expect(nextTimer(cycle({ status: 'signed' }))).toBeUndefined();
    expect(nextTimer(cycle({ status: 'signed', packaged: true }))).toMatchObject({ action: 'announce_deletion' });
  });

  it('is never erased before it was announced, nor sooner after that than was promised', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 744 }),
        fc.double({ min: 0, max: 2000, noNaN: true }),
        (deleteAfterHours, announcedHours) => {
          const announced = nextTimer(cycle({ deleteAfterHours, announcedAt: after(announcedHours) }))!;
          const notice = deleteAfterHours < 48 ? deleteAfterHours / 2 : 24;
          expect(nextTimer(cycle({ deleteAfterHours }))!.action).toBe('announce_deletion');
          expect(announced.action).toBe('erase');
          expect(announced.dueAt.getTime()).toBeGreaterThanOrEqual(after(deleteAfterHours).getTime());
          expect(announced.dueAt.getTime()).toBeGreaterThanOrEqual(after(announcedHours + notice).getTime() - 1);
        },
      ),
    );
  });
});
