import { beforeEach, describe, expect, it } from 'vitest';
import { keepAliveOnActivity } from './keep-alive.ts';

let page: EventTarget;
let nowMs: number;
let calls: number;
let stop: () => void;

beforeEach(() => {
  page = new EventTarget();
  nowMs = 0;
  calls = 0;
  stop = keepAliveOnActivity(
    page,
    async () => {
      calls += 1;
      throw new Error('offline');
    },
    () => nowMs,
  );
});

function act(kind: string, atMs: number): void {
  nowMs = atMs;
  page.dispatchEvent(new Event(kind));
}

describe('keeping the session alive', () => {
  it('says nothing while nobody does anything', () => {
    nowMs = 600_000;
    expect(calls).toBe(0);
  });

  it.each(['pointerdown', 'keydown', 'wheel', 'touchmove', 'scroll'])('counts %s as reading', (kind) => {
    act(kind, 61_000);
    expect(calls).toBe(1);
  });

  it('calls at most once a minute however busy the reader is', () => {
    for (let second = 0; second <= 180; second += 1) act('scroll', second * 1000);
    expect(calls).toBe(3);
  });

  it('stops when the page is done with', () => {
    stop();
    act('keydown', 61_000);
    expect(calls).toBe(0);
  });
});
