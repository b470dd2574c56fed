import { readFile } from 'node:fs/promises';
import { pdfStructure, pdfText, qpdfCheck } from '@segl/test-kit/judges';
import { describe, expect, it } from 'vitest';
import { type EvidenceInput, type EvidenceSigner, renderEvidencePages } from './evidence-pages.ts';

const signedAt = new Date('2026-03-01T13:00:05Z');
const HANDWRITING = new URL('../../../../test/flows/handwritten-signature.png', import.meta.url);

const signer = (fullName: string, changes: Partial<EvidenceSigner> = {}): EvidenceSigner => ({
  signerId: fullName,
  fullName,
  dateOfBirth: undefined,
  method: 'no_bankid_netcentric',
  methodName: 'Norwegian BankID',
  mechanism: 'pkisignature',
  how: 'eid',
  picture: undefined,
  uniqueId: '9578-5999-4-1765512',
  nationalNumber: undefined,
  signedAt,
  clientIp: '192.0.2.17',
  ...changes,
});

const evidence = (changes: Partial<EvidenceInput> = {}): EvidenceInput => ({
  documentId: '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0e01',
  title: 'Lease agreement',
  description: undefined,
  fileName: 'lease.pdf',
  pageCount: 3,
  contentSha256: 'ab'.repeat(32),
  externalId: 'lease-12',
  createdAt: new Date('2026-03-01T12:00:00Z'),
  signedAt,
  account: { name: 'Nordbank', orgNumber: undefined, logo: undefined },
  languages: ['EN'],
  environment: 'prod',
  signers: [signer('Kari Nordmann')],
  history: [{ occurredAt: signedAt, kind: 'signed', signerId: 'Kari Nordmann', method: 'no_bankid_netcentric' }],
  attachments: [],
  now: signedAt,
  ...changes,
});

/** Types of the elements, from the outermost, with what they say. */
async function heard(pdf: Uint8Array): Promise<{ type: string; said: string }[]> {
  const { tagged, elements } = await pdfStructure(pdf);
  expect(tagged).toBe(true);
  const out: { type: string; said: string }[] = [];
  for (const line of elements.split('\n')) {
    const said = /^ *"(.*)"$/.exec(line)?.[1];
    const type = /^ *([A-Z]\w*)/.exec(line)?.[1];
    if (said !== undefined) out.at(-1)!.said += said;
    else if (type) out.push({ type, said: '' });
  }
  return out;
}

describe('evidence pages', () => {
  it('are headings, facts and paragraphs in reading order, and say where each signature field goes', async () => {
    const picture = await readFile(HANDWRITING);
    const signers = [signer('Kari Nordmann'), signer('Åse Øverjordet Ærlig', { how: 'handwritten', picture })];
    const { pdf, signerPlaces, pagesInFront } = await renderEvidencePages(evidence({ signers }));
    expect((await qpdfCheck(pdf)).clean).toBe(true);
    const elements = await heard(pdf);
    expect(elements.filter(({ type }) => /^H\d$/.test(type)).map(({ type, said }) => `${type} ${said}`)).toEqual([
      'H1 Signatures',
      'H2 Document',
      'H2 Signers',
      'H3 Kari Nordmann',
      'H3 Åse Øverjordet Ærlig',
      'H2 What happened',
      'H2 How to check this file',
    ]);
    const facts = elements.findIndex(({ said }) => said === 'SHA-256');
    expect(elements[facts]!.type).toBe('TH');
    expect(elements[facts + 1]).toEqual({ type: 'TD', said: 'ab'.repeat(32) });
    expect(elements.filter(({ type }) => type === 'Figure')).toHaveLength(1);
    expect(pagesInFront).toBe(0);
    const [first, second] = signerPlaces;
    expect([first!.page, second!.page]).toEqual([0, 0]);
    expect(first!.rect.y).toBeGreaterThan(second!.rect.y + second!.rect.height);
  });

  it('say in the test environment that they have no legal effect, before anything else', async () => {
    const { pdf } = await renderEvidencePages(evidence({ environment: 'test' }));
    const [, first] = await heard(pdf);
    expect(first).toEqual({ type: 'P', said: 'TEST: no legal effect' });
  });

  it('say all in two languages what differs, and national numbers where they are wanted', async () => {
    const { pdf } = await renderEvidencePages(
      evidence({ languages: ['NO', 'DA'], signers: [signer('Kari Nordmann', { nationalNumber: '05128938534' })] }),
    );
    const text = await pdfText(pdf);
    for (const told of ['Signaturer / Underskrifter', 'Tittel / Titel', 'Fødselsnummer: 05128938534']) {
      expect(text).toContain(told);
    }
    expect(text).toMatch(/^ *Dokument$/m);
  });

  it('have room for twenty signers, long names, and other scripts, whose words are heard in order', async () => {
    const arabic = 'عقد إيجار شقة في أوسلو';
    const long = 'Bjørn-Erik Mikkelsen von der Lippe Anckarsvärd-Gyllenhaal af Segerstråle och Västergötland den Yngre';
    const names = [long, 'Наталья Ильинична', ...Array.from({ length: 18 }, (_, i) => `Nr ${i}`)];
    const { pdf, signerPlaces } = await renderEvidencePages(
      evidence({ title: arabic, signers: names.map((name) => signer(name)) }),
    );
    const elements = await heard(pdf);
    const said = elements.map((one) => one.said);
    expect(names.filter((name) => !said.includes(name))).toEqual([]);
    // The judge shows glyphs as they stand, from the left: each word turned, and the words in the order of speech.
    const turned = [...arabic].reverse().join('');
    expect(elements.filter(({ type }) => type === 'Span').map((one) => one.said)).toEqual(turned.split(' ').reverse());
    for (const word of arabic.split(' ')) expect(await pdfText(pdf)).toContain(word);
    expect(signerPlaces.every((place) => place && place.rect.y > 70)).toBe(true);
    expect(new Set(signerPlaces.map((place) => place!.page)).size).toBeGreaterThan(2);
  });
});
