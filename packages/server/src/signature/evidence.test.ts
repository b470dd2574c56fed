import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, EVIDENCE_START, type EvidenceEntry, firstBrokenEvidence, nextEvidence } from './evidence.ts';

const DOCUMENT = '0195a000-0000-7000-8000-000000000001';

function chain(length = 4): EvidenceEntry[] {
  const entries: EvidenceEntry[] = [];
  for (let n = 0; n < length; n++) {
    const occurredAt = new Date(Date.UTC(2026, 2, 1, 12, n));
    const step = {
      occurredAt,
      kind: 'link_opened' as const,
      signerId: `signer-${n}`,
      data: { clientIp: '192.0.2.1', n },
    };
    entries.push(nextEvidence(DOCUMENT, entries.at(-1) ?? EVIDENCE_START, step));
  }
  return entries;
}
const broken = (entries: EvidenceEntry[], kept = chain().at(-1)!, documentId = DOCUMENT) =>
  firstBrokenEvidence(documentId, entries, kept);

describe('the evidence chain', () => {
  it('is intact as it was made, also when it has grown since', () => {
    expect(broken(chain())).toBeUndefined();
    expect(broken(chain(6))).toBeUndefined();
  });

  it('survives the order of members changing in the database', () => {
    const entries = chain().map((entry) => ({
      ...entry,
      data: Object.fromEntries(Object.entries(entry.data).reverse()),
    }));
    expect(broken(entries)).toBeUndefined();
  });

  it.each<[string, (entries: EvidenceEntry[]) => EvidenceEntry[], number]>([
    [
      'changed data',
      (e) => e.map((one, n) => (n === 1 ? { ...one, data: { ...one.data, clientIp: '192.0.2.2' } } : one)),
      2,
    ],
    ['a changed time', (e) => e.map((one, n) => (n === 2 ? { ...one, occurredAt: new Date(0) } : one)), 3],
    ['a changed kind', (e) => e.map((one, n) => (n === 3 ? { ...one, kind: 'signed' as const } : one)), 4],
    ['another signer', (e) => e.map((one, n) => (n === 0 ? { ...one, signerId: undefined } : one)), 1],
    ['a changed hash', (e) => e.map((one, n) => (n === 1 ? { ...one, hash: Buffer.alloc(32) } : one)), 2],
    ['an entry left out', (e) => e.filter((_one, n) => n !== 1), 2],
    ['the first left out', (e) => e.slice(1), 1],
    ['the last cut off', (e) => e.slice(0, -1), 4],
    ['all gone', () => [], 1],
    ['two exchanged', ([a, b, c, d]) => [a!, c!, b!, d!], 2],
    ['one twice', ([a, b, c, d]) => [a!, b!, b!, c!, d!], 3],
    [
      'a tail that was made anew',
      (e) => [...e.slice(0, 3), nextEvidence(DOCUMENT, e[2]!, { occurredAt: new Date(0), kind: 'signed', data: {} })],
      4,
    ],
  ])('shows %s', (_what, tamper, sequence) => {
    expect(broken(tamper(chain()))).toBe(sequence);
  });

  it('belongs to one document', () => {
    expect(broken(chain(), chain().at(-1)!, '0195a000-0000-7000-8000-000000000002')).toBe(1);
  });
});

describe('canonical JSON', () => {
  it('is the same for equal values, whatever the order of their members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const reversed = JSON.parse(JSON.stringify(value), (_key, member) =>
          typeof member === 'object' && member !== null && !Array.isArray(member)
            ? Object.fromEntries(Object.entries(member).reverse())
            : member,
        );
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('leaves out members without a value, and keeps null', () => {
    expect(canonicalJson({ b: undefined, a: null, c: [undefined, 1] })).toBe('{"a":null,"c":[null,1]}');
  });
});
