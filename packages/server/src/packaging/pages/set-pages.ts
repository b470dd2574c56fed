import PDFDocument from 'pdfkit';
import { type Box, boxesOf } from './boxes.ts';
import { computeStyle, ROOT_STYLE } from './computed-style.ts';
import { loadFonts } from './fonts.ts';
import { insetOf, type LaidOutBox, layOut } from './layout.ts';
import { breakLines, type Line } from './text-lines.ts';

/** Where a signature field goes: page (0-based) and rectangle in points from the lower left. */
export interface FieldPlace {
  page: number;
  rect: { x: number; y: number; width: number; height: number };
}

export interface SetPages {
  pdf: Uint8Array;
  /** Places that are marked for signers, by number from 1; a signer may have none. */
  signerPlaces: ReadonlyMap<number, FieldPlace>;
  /** Number of pages of each part. */
  pageCounts: number[];
}

export interface PagesToSet {
  /** HTML of each part; each begins a page. */
  parts: readonly string[];
  /** BCP 47, of all that does not say another. */
  language: string;
  title: string;
  /** At the foot of each page; `{page}` and `{pages}` are numbers. */
  footer: string;
  /** At the head of each page. */
  mark: string | undefined;
  createdAt: Date;
}

const PAGE = { width: 595.28, height: 841.89, margin: 56, bottom: 72 } as const;
const WIDTH = PAGE.width - 2 * PAGE.margin;
const FOOT = PAGE.height - PAGE.bottom;
const MUTED = '#5b6270';
const DANGER = '#b3261e';
/** What must fit below a heading that stands last on a page. */
const BELOW_HEADING = 44;
const MAX_PAGES = 300;

/** Thrown where the pages would never end. */
export class TooManyPagesError extends Error {}

/** Pages of A4, tagged, of what stands in the HTML. Throws `TooDeepError` and `TooManyPagesError`. */
export async function setPages(wanted: PagesToSet): Promise<SetPages> {
  const boxes = wanted.parts.map(boxesOf);
  const pdf = new PDFDocument({
    size: [PAGE.width, PAGE.height],
    margin: 0,
    autoFirstPage: false,
    bufferPages: true,
    pdfVersion: '1.7',
    font: loadFonts().regular as unknown as string,
    lang: wanted.language,
    tagged: true,
    displayTitle: true,
    info: { Title: wanted.title, Producer: 'Segl', CreationDate: wanted.createdAt },
  });
  const chunks: Buffer[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', resolve);
    pdf.on('error', reject);
  });
  for (const [name, font] of Object.entries(loadFonts())) pdf.registerFont(name, font as unknown as string);
  const painter = new Painter(pdf, wanted);
  const pageCounts = boxes.map((box) => painter.part(box));
  painter.finish();
  pdf.end();
  await finished;
  return { pdf: Buffer.concat(chunks), signerPlaces: painter.signerPlaces, pageCounts };
}

type Doc = InstanceType<typeof PDFDocument>;
type Structure = ReturnType<Doc['struct']>;

/** Tags with a type of structure of their own; others only hold what is in them. */
const STRUCTURE: Record<string, string> = {
  h1: 'H1',
  h2: 'H2',
  h3: 'H3',
  h4: 'H4',
  h5: 'H5',
  h6: 'H6',
  p: 'P',
  pre: 'P',
  dt: 'P',
  dd: 'P',
  section: 'Sect',
  article: 'Art',
  blockquote: 'BlockQuote',
  table: 'Table',
  caption: 'Caption',
  tr: 'TR',
  th: 'TH',
  td: 'TD',
  ul: 'L',
  ol: 'L',
  li: 'LI',
};

class Painter {
  readonly signerPlaces = new Map<number, FieldPlace>();
  readonly #pdf: Doc;
  readonly #wanted: PagesToSet;
  /** The mark is said once, at the beginning of each part. */
  readonly #marks = new Map<number, Structure>();
  #pages = 0;
  #y: number = PAGE.margin;

  constructor(pdf: Doc, wanted: PagesToSet) {
    this.#pdf = pdf;
    this.#wanted = wanted;
  }

  part(box: Box): number {
    const before = this.#pages;
    this.#addPage();
    const document = this.#pdf.struct('Document', { lang: this.#wanted.language });
    this.#pdf.addStructure(document);
    if (this.#wanted.mark !== undefined) {
      const mark = this.#pdf.struct('P');
      document.add(mark);
      this.#marks.set(this.#pages - 1, mark);
    }
    this.#paint(layOut(box, WIDTH), PAGE.margin, document);
    return this.#pages - before;
  }

  finish(): void {
    for (let page = 0; page < this.#pages; page++) {
      this.#pdf.switchToPage(page);
      this.#mark(this.#marks.get(page));
      const { footer } = this.#wanted;
      const text = footer.replaceAll('{page}', String(page + 1)).replaceAll('{pages}', String(this.#pages));
      const lines = linesOf(text, { 'font-size': '8pt', color: MUTED, 'line-height': '1.3' }).slice(0, 3);
      this.#artifact('Pagination', () => {
        for (const [index, line] of lines.entries()) {
          this.#line(line, PAGE.margin, PAGE.height - 44 + index * line.height);
        }
      });
    }
  }

  #mark(structure: Structure | undefined): void {
    if (this.#wanted.mark === undefined) return;
    const width = 170;
    const x = PAGE.width - PAGE.margin - width;
    const [line] = linesOf(this.#wanted.mark, { 'font-size': '9pt', 'font-weight': 'bold', color: DANGER });
    const paint = () => {
      this.#pdf.roundedRect(x, 22, width, 20, 4).lineWidth(1).stroke(DANGER);
      if (line) this.#line(line, x + (width - line.width) / 2, 22 + (20 - line.height) / 2);
    };
    if (structure) structure.add(paint);
    else this.#artifact('Pagination', paint);
  }

  #artifact(type: 'Pagination' | 'Layout', paint: () => void): void {
    this.#pdf.markContent('Artifact', { type });
    paint();
    this.#pdf.endMarkedContent();
  }

  #addPage(): void {
    if (this.#pages >= MAX_PAGES) throw new TooManyPagesError(`more than ${MAX_PAGES} pages`);
    this.#pdf.addPage();
    this.#pages += 1;
    this.#y = PAGE.margin;
  }

  #paint(laidOut: LaidOutBox, left: number, parent: Structure): void {
    const { box, content, gap, height } = laidOut;
    const { style } = box;
    if (style.breakBefore && this.#y > PAGE.margin) this.#addPage();
    if (this.#y > PAGE.margin) this.#y += gap;
    const fits = height <= FOOT - PAGE.margin;
    const isWhole = style.keepTogether || content.kind === 'row' || content.kind === 'picture' || isHeading(box);
    const needed = isHeading(box) ? height + BELOW_HEADING : height;
    if (isWhole && fits && this.#y + needed > FOOT) this.#addPage();
    const x = left + laidOut.x;
    const top = this.#y;
    const page = this.#pages;
    if (top + height <= FOOT) this.#decorate(laidOut, x, top);
    this.#y += insetOf(style, 0);
    const element = this.#element(box, parent);
    this.#content(laidOut, x + insetOf(style, 3), element);
    this.#y = page === this.#pages ? top + height : this.#y + insetOf(style, 2);
    if (box.signer && page === this.#pages && !this.signerPlaces.has(box.signer)) {
      const rect = { x, y: PAGE.height - top - height, width: laidOut.width, height };
      this.signerPlaces.set(box.signer, { page: page - 1, rect });
    }
  }

  #element(box: Box, parent: Structure): Structure {
    const own = box.presentational ? undefined : STRUCTURE[box.tag];
    const type = own ?? (box.content.kind === 'text' ? 'P' : undefined);
    if (type === undefined && !box.language) return parent;
    const { language, scope } = box;
    const options = { ...(language ? { lang: language } : {}), ...(scope ? { scope } : {}) };
    const element = this.#pdf.struct(type ?? 'Div', options);
    parent.add(element);
    return element;
  }

  #content({ box, content, width }: LaidOutBox, x: number, element: Structure): void {
    switch (content.kind) {
      case 'lines':
        this.#text(content.lines, x, width - insetOf(box.style, 1) - insetOf(box.style, 3), box, element);
        return;
      case 'boxes':
        for (const inner of content.boxes) this.#paint(inner, x, element);
        return;
      case 'row': {
        const top = this.#y;
        const page = this.#pages;
        for (const cell of content.cells) {
          // A row that is longer than a page goes on from cell to cell.
          if (page === this.#pages) this.#y = top;
          this.#paint(cell, x, element);
        }
        return;
      }
      case 'picture':
        this.#picture(box, x, content, element);
        return;
      case 'rule':
    }
  }

  /** Words whose glyphs stand in another order than they are read in are elements of their own, with their text. */
  #text(lines: readonly Line[], x: number, width: number, { style }: Box, element: Structure): void {
    if (lines.length === 0) return;
    const paint = (runs: (line: Line) => void) => {
      for (const line of lines) {
        if (this.#y + line.height > FOOT) this.#addPage();
        runs(line);
        this.#y += line.height;
      }
    };
    const startOf = (line: Line) => {
      const free = Math.max(width - line.width, 0);
      return x + (style.align === 'right' ? free : style.align === 'center' ? free / 2 : 0);
    };
    if (lines.every(({ runs }) => runs.every(({ spoken }) => spoken === undefined))) {
      element.add(() => paint((line) => this.#line(line, startOf(line), this.#y)));
      return;
    }
    paint((line) => {
      for (const run of line.runs) {
        const draw = () => this.#line({ ...line, runs: [run] }, startOf(line), this.#y);
        if (run.spoken === undefined) {
          element.add(draw);
          continue;
        }
        const span = this.#pdf.struct('Span', { actual: run.spoken });
        element.add(span);
        span.add(draw);
      }
    });
  }

  #picture(box: Box, x: number, size: { width: number; height: number }, element: Structure): void {
    if (box.content.kind !== 'picture') return;
    const { bytes, text } = box.content;
    const top = this.#y;
    const paint = () => this.#pdf.image(bytes, x, top, size);
    this.#y += size.height;
    if (text === '') {
      this.#artifact('Layout', paint);
      return;
    }
    const options = { alt: text, bbox: [x, top, x + size.width, top + size.height] };
    const figure = this.#pdf.struct('Figure', options);
    element.add(figure);
    figure.add(paint);
  }

  #decorate({ box: { style }, width, height }: LaidOutBox, x: number, y: number): void {
    const { background, border, radius } = style;
    const [top, right, bottom, left] = border;
    if (!background && !top && !right && !bottom && !left) return;
    const pdf = this.#pdf;
    this.#artifact('Layout', () => {
      if (background) pdf.roundedRect(x, y, width, height, radius).fill(background);
      if (top && top === right && top === bottom && top === left) {
        pdf.roundedRect(x, y, width, height, radius).lineWidth(top.width).stroke(top.color);
        return;
      }
      const line = (edge: typeof top, from: [number, number], to: [number, number]) => {
        if (edge)
          pdf
            .moveTo(...from)
            .lineTo(...to)
            .lineWidth(edge.width)
            .stroke(edge.color);
      };
      line(top, [x, y], [x + width, y]);
      line(right, [x + width, y], [x + width, y + height]);
      line(bottom, [x, y + height], [x + width, y + height]);
      line(left, [x, y], [x, y + height]);
    });
  }

  #line({ runs, baseline }: Line, x: number, top: number): void {
    for (const run of runs) {
      this.#pdf
        .font(run.font)
        .fontSize(run.size)
        .fillColor(run.color)
        .text(run.text, x + run.x, top + baseline, { lineBreak: false, baseline: 'alphabetic' });
    }
  }
}

function isHeading({ tag }: Box): boolean {
  return /^h[1-6]$/.test(tag);
}

function linesOf(text: string, declarations: Record<string, string>): Line[] {
  const style = computeStyle(ROOT_STYLE, [new Map(Object.entries(declarations))]);
  return breakLines([{ text, style }], WIDTH, style);
}
