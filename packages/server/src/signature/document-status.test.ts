import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterAttachments,
  afterChange,
  afterSignature,
  type DocumentState,
  type SignerTurn,
  signerState,
} from './document-status.ts';

const now = new Date('2026-03-01T12:00:00Z');
const times = { now, startedAt: now };

function turn(id: string, more: Partial<SignerTurn> = {}): SignerTurn {
  return { id, order: 0, required: false, signed: false, ...more };
}

function document(signers: SignerTurn[], more: Partial<DocumentState> = {}): DocumentState {
  return {
    status: 'unsigned',
    deadline: new Date('2026-04-01T12:00:00Z'),
    requiredSignatures: signers.length,
    signers,
    ...more,
  };
}

describe('document status', () => {
  it('completes with the last of two signers and is partially signed before', () => {
    expect(afterSignature(document([turn('kari'), turn('ola')]), 'kari', times)).toEqual({
      accepted: true,
      status: 'partialsigned',
    });
    const second = document([turn('kari', { signed: true }), turn('ola')], { status: 'partialsigned' });
    expect(afterSignature(second, 'ola', times)).toEqual({ accepted: true, status: 'signed' });
  });

  it('refuses a second signature by the same signer', () => {
    const signed = document([turn('kari', { signed: true }), turn('ola')], { status: 'partialsigned' });
    expect(afterSignature(signed, 'kari', times)).toEqual({ accepted: false, state: 'signed' });
  });

  it('opens groups one after the other: required signers first, then by order', () => {
    const signers = [
      turn('a', { order: 1 }),
      turn('b', { order: 1 }),
      turn('c', { order: 2 }),
      turn('d', { required: true, order: 9 }),
    ];
    const states = (list: SignerTurn[]) => list.map((one) => signerState(document(list), one.id, now));
    expect(states(signers)).toEqual(['not_your_turn', 'not_your_turn', 'not_your_turn', 'sign']);
    signers[3] = { ...signers[3]!, signed: true };
    expect(states(signers)).toEqual(['sign', 'sign', 'not_your_turn', 'signed']);
  });

  it('completes when enough have signed, and the rest cannot sign any more', () => {
    const signers = [
      turn('a', { order: 1, signed: true }),
      turn('b', { order: 1, signed: true }),
      turn('c', { order: 2 }),
      turn('d', { order: 3 }),
    ];
    const three = document(signers, { requiredSignatures: 3, status: 'partialsigned' });
    expect(afterSignature(three, 'c', times)).toEqual({ accepted: true, status: 'signed' });
    const done = document([...signers.slice(0, 2), turn('c', { signed: true }), signers[3]!], {
      status: 'signed',
      requiredSignatures: 3,
    });
    expect(signerState(done, 'd', now)).toBe('completed_without_you');
  });

  it('accepts a signature up to five minutes after the deadline when the eID step began before it', () => {
    const deadline = new Date('2026-03-01T12:00:00Z');
    const late = document([turn('kari')], { deadline });
    const at = (seconds: number) => new Date(deadline.getTime() + seconds * 1000);
    expect(afterSignature(late, 'kari', { startedAt: at(-1), now: at(299) })).toMatchObject({ accepted: true });
    expect(afterSignature(late, 'kari', { startedAt: at(-1), now: at(300) })).toEqual({
      accepted: false,
      state: 'expired',
    });
    expect(afterSignature(late, 'kari', { startedAt: at(0), now: at(1) })).toEqual({
      accepted: false,
      state: 'expired',
    });
  });

  it('completes without a signature when nobody else has to sign, and only then', () => {
    const signed = turn('kari', { signed: true });
    const one = { status: 'partialsigned', requiredSignatures: 1 } as const;
    expect(afterChange(document([signed], one))).toBe('signed');
    expect(afterChange(document([signed, turn('ola', { required: true })], one))).toBe('partialsigned');
    expect(afterChange(document([signed, turn('ola')], { ...one, requiredSignatures: 2 }))).toBe('partialsigned');
    expect(afterChange(document([turn('ola')]))).toBe('unsigned');
    for (const status of ['signed', 'canceled', 'expired'] as const) {
      expect(afterChange(document([signed], { ...one, status }))).toBe(status);
    }
  });

  it('opens with the last announced attachment and never waits again', () => {
    const waiting = 'waiting_for_attachments';
    expect(afterAttachments(waiting, { announced: 2, uploaded: 1 })).toEqual({ status: waiting, announced: 2 });
    expect(afterAttachments(waiting, { announced: 2, uploaded: 2 })).toEqual({ status: 'unsigned', announced: 2 });
    expect(afterAttachments('unsigned', { announced: 2, uploaded: 1 })).toEqual({ status: 'unsigned', announced: 1 });
    expect(afterAttachments('unsigned', { announced: 2, uploaded: 3 })).toEqual({ status: 'unsigned', announced: 3 });
  });

  it('never leaves a final status', () => {
    for (const status of ['signed', 'canceled', 'expired'] as const) {
      expect(afterSignature(document([turn('kari')], { status }), 'kari', times)).toMatchObject({ accepted: false });
    }
  });

  it('completes exactly once for every set of signers, whatever the order in which they come', () => {
    const signer = fc.record({ order: fc.integer({ min: 0, max: 3 }), required: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(signer, { minLength: 1, maxLength: 6 }),
        fc.nat(6),
        fc.infiniteStream(fc.nat()),
        (list, wanted, dice) => {
          let state = document(
            list.map((one, index) => turn(`s${index}`, one)),
            { requiredSignatures: Math.min(wanted, list.length) || list.length },
          );
          let completions = 0;
          for (let step = 0; step < list.length; step++) {
            const able = state.signers.filter((one) => signerState(state, one.id, now) === 'sign');
            if (able.length === 0) break;
            const next = able[dice.next().value! % able.length]!;
            const result = afterSignature(state, next.id, times);
            if (!result.accepted) throw new Error('an able signer was refused');
            if (result.status === 'signed') completions += 1;
            state = {
              ...state,
              status: result.status,
              signers: state.signers.map((one) => (one.id === next.id ? { ...one, signed: true } : one)),
            };
          }
          expect(completions).toBe(1);
          expect(state.signers.every((one) => one.signed || !one.required)).toBe(true);
        },
      ),
    );
  });
});
