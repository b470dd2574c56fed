import { readFileSync } from 'node:fs';
import { create, type Font } from 'fontkit';
import PDFDocument from 'pdfkit';
import { type EvidenceTexts, evidenceTextsOf } from './evidence-texts.ts';
import type { HowSigned } from './how-signed.ts';

export interface EvidenceSigner {
  signerId: string;
  fullName: string;
  method: string;
  methodName: string;
  how: HowSigned;
  /** PNG of what was written by hand. */
  picture: Uint8Array | undefined;
  uniqueId: string | undefined;
  nationalNumber: string | undefined;
  signedAt: Date;
  clientIp: string | undefined;
}

export interface DocumentFacts {
  documentId: string;
  title: string;
  fileName: string;
  /** Absent of what has no pages. */
  pageCount: number | undefined;
  contentSha256: string;
  externalId: string;
  accountName: string;
}

export interface EvidenceInput extends DocumentFacts {
  /** The first one, and perhaps a second one. */
  languages: string[];
  environment: 'test' | 'prod';
  /** The pages are a file of their own. */
  apart?: boolean;
  signers: EvidenceSigner[];
  history: { occurredAt: Date; kind: string; signerId: string | undefined; method: string | undefined }[];
  createdAt: Date;
}

/** Where a signature field goes: page of the evidence (0-based) and rectangle in points from the lower left. */
export interface FieldPlace {
  page: number;
  rect: { x: number; y: number; width: number; height: number };
}

export interface EvidencePages {
  pdf: Uint8Array;
  /** One place per signer, in the order of `signers`. */
  signerPlaces: FieldPlace[];
}

const PAGE = { width: 595.28, height: 841.89, margin: 56, bottom: 72 } as const;
export const INK = '#16181d';
export const MUTED = '#5b6270';
const LINE = '#e4e6ea';
const DANGER = '#b3261e';
const BOX_HEIGHT = 86;
/** Of the picture of a handwritten signature, in points; three times as wide as high. */
const PICTURE = { width: 150, height: 50 } as const;

type FontName = 'regular' | 'semibold' | 'fallback';

let fonts: Record<FontName, Font> | undefined;

/** Kept from one document to the next: to read the tables of a font takes longer than to set the pages. */
function loadFonts(): Record<FontName, Font> {
  fonts ??= {
    regular: readFont('inter-regular'),
    semibold: readFont('inter-semibold'),
    fallback: readFont('dejavu-sans-fallback'),
  };
  return fonts;
}

function readFont(name: string): Font {
  return create(readFileSync(new URL(`../../assets/fonts/${name}.ttf`, import.meta.url))) as Font;
}

/**
 * The pages that tell people what the signatures in the file prove: document, signers, history. Each signer's block is
 * the place of that signer's signature field.
 */
export async function renderEvidencePages(input: EvidenceInput): Promise<EvidencePages> {
  const [texts, second] = evidenceTextsOf(input.languages);
  const both = (textOf: (texts: EvidenceTexts) => string) => inBoth(textOf(texts), second && textOf(second));
  let signerPlaces: FieldPlace[] = [];
  const pdf = await setPages({ ...input, texts, title: texts.heading, footer: texts.page }, (page) => {
    page.heading(both((one) => one.heading));
    for (const one of second ? [texts, second] : [texts]) page.paragraph(input.apart ? one.leadApart : one.lead, MUTED);
    page.section(both((one) => one.document));
    page.facts(documentFacts(input, both));
    page.section(both((one) => one.signers));
    signerPlaces = input.signers.map((signer) =>
      page.signerBlock(
        signer,
        both((one) => one.signedBy),
      ),
    );
    page.section(both((one) => one.history));
    for (const step of input.history) {
      page.historyLine(
        both((one) => historyText(one, step, input.signers)),
        step.occurredAt,
      );
    }
    page.section(both((one) => one.verifyHeading));
    for (const one of second ? [texts, second] : [texts])
      page.paragraph(input.apart ? one.verifyApart : one.verify, INK);
  });
  return { pdf, signerPlaces };
}

/** The document by all that identifies it. */
export function documentFacts(
  input: DocumentFacts,
  label: (textOf: (texts: EvidenceTexts) => string) => string,
): [string, string][] {
  return [
    [label((one) => one.title), input.title],
    [label((one) => one.fileName), input.fileName],
    ...(input.pageCount === undefined
      ? []
      : [[label((one) => one.pages), String(input.pageCount)] as [string, string]]),
    [label((one) => one.sha256), input.contentSha256],
    [label((one) => one.externalId), input.externalId],
    [label((one) => one.documentId), input.documentId],
    [label((one) => one.sender), input.accountName],
  ];
}

/** Pages in one design, of what `write` puts on them. `footer` has `{page}` and `{pages}`. */
export async function setPages(
  set: { texts: EvidenceTexts; title: string; footer: string; environment: 'test' | 'prod'; createdAt: Date },
  write: (page: EvidenceWriter) => void,
): Promise<Uint8Array> {
  const pdf = new PDFDocument({
    size: [PAGE.width, PAGE.height],
    margins: { top: PAGE.margin, bottom: PAGE.bottom, left: PAGE.margin, right: PAGE.margin },
    bufferPages: true,
    pdfVersion: '1.7',
    font: loadFonts().regular as unknown as string,
    lang: set.texts.locale,
    info: { Title: set.title, Producer: 'Segl', CreationDate: set.createdAt },
  });
  const chunks: Buffer[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', resolve);
    pdf.on('error', reject);
  });
  for (const [name, font] of Object.entries(loadFonts())) pdf.registerFont(name, font as unknown as string);
  const page = new EvidenceWriter(pdf, set.texts);
  write(page);
  page.finish(set.footer, set.environment === 'test');
  pdf.end();
  await finished;
  return Buffer.concat(chunks);
}

function inBoth(first: string, second: string | undefined): string {
  return second === undefined || second === first ? first : `${first} / ${second}`;
}

const SIGNED_KINDS: Record<HowSigned, string> = {
  eid: 'signed',
  own_key: 'signed',
  accepted: 'signed_by_acceptance',
  handwritten: 'signed_by_hand',
  handwritten_after_login: 'signed_by_hand',
};

function historyText(
  texts: EvidenceTexts,
  step: EvidenceInput['history'][number],
  signers: readonly EvidenceSigner[],
): string {
  const signer = signers.find((one) => one.signerId === step.signerId);
  const method = signers.find((one) => one.method === step.method)?.methodName ?? step.method ?? '';
  const kind = step.kind === 'signed' && signer ? SIGNED_KINDS[signer.how] : step.kind;
  return (texts.kinds[kind] ?? kind)
    .replaceAll('{signer}', () => signer?.fullName ?? texts.signers)
    .replace('{method}', () => method);
}

/** `2026-03-01 13:00:05 UTC`: the same in every language, so that two readers never disagree about a time. */
function utc(instant: Date): string {
  return `${instant.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

type Doc = InstanceType<typeof PDFDocument>;

export class EvidenceWriter {
  readonly #pdf: Doc;
  readonly #texts: EvidenceTexts;
  readonly #width = PAGE.width - 2 * PAGE.margin;
  #pageIndex = 0;

  constructor(pdf: Doc, texts: EvidenceTexts) {
    this.#pdf = pdf;
    this.#texts = texts;
    pdf.on('pageAdded', () => {
      this.#pageIndex += 1;
    });
  }

  heading(text: string): void {
    this.#text(text, { font: 'semibold', size: 22, color: INK });
    this.#pdf.moveDown(0.4);
  }

  section(text: string): void {
    this.#keep(60);
    this.#pdf.moveDown(1.2);
    this.#text(text, { font: 'semibold', size: 13, color: INK });
    this.#rule(this.#pdf.y + 4);
    this.#pdf.y += 12;
  }

  paragraph(text: string, color: string): void {
    this.#text(text, { font: 'regular', size: 9.5, color });
  }

  facts(rows: [string, string][]): void {
    for (const [label, value] of rows) {
      this.#keep(18);
      const top = this.#pdf.y;
      this.#text(label, { font: 'regular', size: 9, color: MUTED, x: PAGE.margin, width: 90 });
      const below = this.#pdf.y;
      this.#pdf.y = top;
      this.#text(value, { font: 'regular', size: 9, color: INK, x: PAGE.margin + 96, width: this.#width - 96 });
      this.#pdf.y = Math.max(below, this.#pdf.y) + 3;
    }
    this.#pdf.x = PAGE.margin;
  }

  signerBlock(signer: EvidenceSigner, heading: string): FieldPlace {
    this.#keep(BOX_HEIGHT + 8);
    const pdf = this.#pdf;
    const top = pdf.y;
    pdf.roundedRect(PAGE.margin, top, this.#width, BOX_HEIGHT, 6).lineWidth(0.8).stroke(LINE);
    const x = PAGE.margin + 14;
    let width = this.#width - 28;
    if (signer.picture) {
      width -= PICTURE.width + 10;
      pdf.image(Buffer.from(signer.picture), x + width + 10, top + (BOX_HEIGHT - PICTURE.height) / 2, PICTURE);
    }
    pdf.y = top + 11;
    this.#text(heading, { font: 'regular', size: 8, color: MUTED, x, width });
    pdf.y += 1;
    this.#text(signer.fullName, { font: 'semibold', size: 12.5, color: INK, x, width, oneLine: true });
    pdf.y += 4;
    const how = this.#texts.how[signer.how].replace('{method}', () => signer.methodName);
    const facts = [
      `${this.#texts.time}: ${utc(signer.signedAt)}`,
      ...(signer.clientIp ? [`${this.#texts.address}: ${signer.clientIp}`] : []),
    ];
    const ids = [
      ...(signer.uniqueId ? [`${this.#texts.personId}: ${signer.uniqueId}`] : []),
      ...(signer.nationalNumber ? [`${this.#texts.nationalNumber}: ${signer.nationalNumber}`] : []),
    ];
    const lines: [string, string][] = [
      [`${this.#texts.method}: ${how}`, INK],
      [facts.join('   ·   '), INK],
      ...(ids.length > 0 ? [[ids.join('   ·   '), MUTED] as [string, string]] : []),
    ];
    for (const [line, color] of lines) {
      this.#text(line, { font: 'regular', size: 8.5, color, x, width, oneLine: true });
      pdf.y += 2;
    }
    const place = {
      page: this.#pageIndex,
      rect: { x: PAGE.margin, y: PAGE.height - top - BOX_HEIGHT, width: this.#width, height: BOX_HEIGHT },
    };
    pdf.x = PAGE.margin;
    pdf.y = top + BOX_HEIGHT + 8;
    return place;
  }

  historyLine(text: string, at: Date): void {
    this.#keep(16);
    const top = this.#pdf.y;
    this.#text(utc(at), { font: 'regular', size: 8.5, color: MUTED, x: PAGE.margin, width: 120 });
    this.#pdf.y = top;
    this.#text(text, { font: 'regular', size: 8.5, color: INK, x: PAGE.margin + 126, width: this.#width - 126 });
    this.#pdf.y += 2;
    this.#pdf.x = PAGE.margin;
  }

  /** Page numbers, and the mark of the test environment, on every page. */
  finish(footer: string, test: boolean): void {
    const pdf = this.#pdf;
    const { start, count } = pdf.bufferedPageRange();
    for (let index = start; index < start + count; index++) {
      pdf.switchToPage(index);
      // Below the margin, where text would otherwise start a new page.
      pdf.page.margins.bottom = 0;
      pdf.y = PAGE.height - 44;
      const text = footer.replace('{page}', String(index + 1)).replace('{pages}', String(count));
      this.#text(text, { font: 'regular', size: 8, color: MUTED, x: PAGE.margin, width: this.#width });
      if (test) this.#testMark();
      pdf.page.margins.bottom = PAGE.bottom;
    }
  }

  #testMark(): void {
    const pdf = this.#pdf;
    const width = 170;
    const x = PAGE.width - PAGE.margin - width;
    pdf.roundedRect(x, 22, width, 20, 4).lineWidth(1).stroke(DANGER);
    pdf.y = 27;
    this.#text(this.#texts.test, { font: 'semibold', size: 9, color: DANGER, x, width, align: 'center' });
  }

  #rule(y: number): void {
    this.#pdf
      .moveTo(PAGE.margin, y)
      .lineTo(PAGE.margin + this.#width, y)
      .lineWidth(0.8)
      .stroke(LINE);
  }

  /** Starts a new page when what follows would be cut. */
  #keep(height: number): void {
    if (this.#pdf.y + height > PAGE.height - PAGE.bottom) this.#pdf.addPage();
  }

  #text(
    text: string,
    style: {
      font: FontName;
      size: number;
      color: string;
      x?: number;
      width?: number;
      oneLine?: boolean;
      align?: 'center';
    },
  ): void {
    const pdf = this.#pdf;
    const width = style.width ?? this.#width;
    const x = style.x ?? PAGE.margin;
    pdf.fillColor(style.color).fontSize(style.size);
    const runs = fontRuns(text.replace(/\s+/g, ' '), style.font);
    runs.forEach((run, index) => {
      pdf.font(run.font);
      const options = {
        width,
        continued: index < runs.length - 1,
        ...(style.align ? { align: style.align } : {}),
        ...(style.oneLine ? { height: style.size * 1.3, ellipsis: true } : {}),
      };
      if (index === 0) pdf.text(run.text, x, pdf.y, options);
      else pdf.text(run.text, options);
    });
  }
}

/** Latin, Greek and Cyrillic are in the main font; letters of other scripts come from the fallback. */
const IN_MAIN_FONT = /[\u0020-\u04ff\u1e00-\u1eff\u2010-\u2030\u2039\u203a\u20ac\u2116\u2122\u2190-\u2193\u2212\u2713]/;

function fontRuns(text: string, font: FontName): { text: string; font: FontName }[] {
  const runs: { text: string; font: FontName }[] = [];
  for (const character of text) {
    const wanted: FontName = IN_MAIN_FONT.test(character) ? font : 'fallback';
    const last = runs.at(-1);
    if (last?.font === wanted || (last && character === ' ')) last.text += character;
    else runs.push({ text: character, font: wanted });
  }
  return runs.length > 0 ? runs : [{ text: ' ', font }];
}

/** A page of the given size, in points, with nothing on it. */
export function blankAppearance(width: number, height: number): Uint8Array {
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Resources << >> /Contents 4 0 R >>`,
    '<< /Length 0 >>\nstream\n\nendstream',
  ];
  let pdf = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = pdf.length;
    pdf += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const xref = pdf.length;
  pdf += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  for (const offset of offsets) pdf += `${String(offset).padStart(10, '0')} 00000 n \n`;
  pdf += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${xref}\n%%EOF\n`;
  return Buffer.from(pdf, 'latin1');
}
