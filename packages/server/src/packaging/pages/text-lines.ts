import type { ComputedStyle } from './computed-style.ts';
import { type FontName, fontRuns, loadFonts } from './fonts.ts';

export interface TextRun {
  text: string;
  font: FontName;
  size: number;
  color: string;
  width: number;
  /** From the left of the line. */
  x: number;
  /** The text in reading order, where its glyphs stand in another. */
  spoken?: string;
}

export interface Line {
  /** In reading order, which is not always that from left to right. */
  runs: TextRun[];
  width: number;
  height: number;
  /** From the top of the line. */
  baseline: number;
}

/** Text in one style, or the end of a line. */
export type InlineText = { text: string; style: ComputedStyle } | 'break';

type Piece = Omit<TextRun, 'x'>;

interface Word {
  pieces: Piece[];
  width: number;
  /** Width of the blank before it; 0 where it may stand right behind the one before. */
  blank: number;
  afterBreak: boolean;
}

/** Of the font size, above and below the baseline. */
const ASCENT = 0.969;
const DESCENT = 0.242;

const SET_WITHOUT_BLANKS = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/;
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
const MAX_KEPT_WIDTHS = 20_000;

const widths = new Map<string, number>();

/** In points. What one word takes is kept: the same words come again in every document. */
function widthOf(text: string, font: FontName, size: number): number {
  const key = `${font} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    const loaded = loadFonts()[font];
    width = loaded.layout(text).advanceWidth / loaded.unitsPerEm;
    if (widths.size > MAX_KEPT_WIDTHS) widths.clear();
    widths.set(key, width);
  }
  return width * size;
}

/** The text in lines of the given width. A word that is longer than a line is cut. */
export function breakLines(texts: readonly InlineText[], width: number, style: ComputedStyle): Line[] {
  const lines: Line[] = [];
  let words: Word[] = [];
  let used = 0;
  const end = (next?: Word) => {
    lines.push(lineOf(words, next, style));
    words = [];
    used = 0;
  };
  for (const whole of wordsOf(texts)) {
    if (whole.afterBreak) end(whole);
    for (const word of whole.width > width ? cut(whole, width) : [whole]) {
      if (words.length > 0 && used + word.blank + word.width > width + 0.01) end(word);
      used += (words.length > 0 ? word.blank : 0) + word.width;
      words.push(word);
    }
  }
  if (words.length > 0) end();
  return lines;
}

/** Width of the text where nothing breaks it but its own line ends. */
export function widestLine(texts: readonly InlineText[], style: ComputedStyle): number {
  return breakLines(texts, Number.POSITIVE_INFINITY, style).reduce((widest, line) => Math.max(widest, line.width), 0);
}

function wordsOf(texts: readonly InlineText[]): Word[] {
  const words: Word[] = [];
  let blank = 0;
  let afterBreak = false;
  let joins = false;
  const add = (pieces: Piece[]) => {
    const width = pieces.reduce((sum, piece) => sum + piece.width, 0);
    const last = words.at(-1);
    if (joins && last && !afterBreak) {
      last.pieces.push(...pieces);
      last.width += width;
    } else {
      words.push({ pieces, width, blank: words.length > 0 ? blank : 0, afterBreak });
    }
    blank = 0;
    afterBreak = false;
    joins = true;
  };
  for (const part of texts) {
    if (part === 'break') {
      // Two in a row leave a line empty.
      if (afterBreak) add([]);
      afterBreak = true;
      joins = false;
      continue;
    }
    const { style } = part;
    for (const token of tokensOf(part.text, style)) {
      if (token === '\n' && style.preformatted) {
        if (afterBreak) add([]);
        afterBreak = true;
        joins = false;
      } else if (/^\s+$/.test(token)) {
        const count = style.preformatted ? token.length : 1;
        blank = count * widthOf(' ', fontOf(style), style.fontSize);
        joins = false;
      } else {
        const pieces = piecesOf(token, style);
        if (SET_WITHOUT_BLANKS.test(token)) joins = false;
        add(pieces);
        if (SET_WITHOUT_BLANKS.test(token)) joins = false;
      }
    }
  }
  return words;
}

function tokensOf(text: string, style: ComputedStyle): string[] {
  const shown = style.uppercase ? text.toUpperCase() : text;
  return shown
    .split(style.preformatted ? /(\n|[^\S\n]+)/ : /(\s+)/)
    .flatMap((token) => token.split(new RegExp(`(${SET_WITHOUT_BLANKS.source})`)))
    .filter((token) => token !== '');
}

const fontOf = (style: ComputedStyle): FontName => (style.bold ? 'semibold' : 'regular');

function piecesOf(text: string, style: ComputedStyle): Piece[] {
  return fontRuns(text, fontOf(style)).map((run) => ({
    ...run,
    size: style.fontSize,
    color: style.color,
    width: widthOf(run.text, run.font, style.fontSize),
  }));
}

function cut(word: Word, width: number): Word[] {
  const parts: Word[] = [];
  let current: Word = { ...word, pieces: [], width: 0 };
  for (const piece of word.pieces) {
    let text = '';
    for (const character of piece.text) {
      const longer = widthOf(text + character, piece.font, piece.size);
      if (current.width + longer > width && (text !== '' || current.pieces.length > 0)) {
        if (text !== '') current.pieces.push({ ...piece, text, width: widthOf(text, piece.font, piece.size) });
        current.width = current.pieces.reduce((sum, one) => sum + one.width, 0);
        parts.push(current);
        current = { pieces: [], width: 0, blank: 0, afterBreak: false };
        text = character;
      } else {
        text += character;
      }
    }
    if (text === '') continue;
    const length = widthOf(text, piece.font, piece.size);
    current.pieces.push({ ...piece, text, width: length });
    current.width += length;
  }
  return [...parts, current];
}

/** `next`: the word that begins the line after it. */
function lineOf(words: readonly Word[], next: Word | undefined, style: ComputedStyle): Line {
  const size = words.flatMap(({ pieces }) => pieces).reduce((most, piece) => Math.max(most, piece.size), 0);
  const height = (size || style.fontSize) * style.lineHeight;
  const baseline = (height - (ASCENT + DESCENT) * size) / 2 + ASCENT * size;
  const places = placesOf(words);
  const runs: TextRun[] = [];
  for (const [index, word] of words.entries()) {
    let { x } = places.get(word)!;
    for (const piece of isRightToLeft(word) ? word.pieces.toReversed() : word.pieces) {
      const last = runs.at(-1);
      if (last && joinsTo(last, piece, x)) {
        last.text += piece.text;
        last.width = x + piece.width - last.x;
      } else {
        runs.push({ ...piece, x, ...(RIGHT_TO_LEFT.test(piece.text) ? { spoken: piece.text } : {}) });
      }
      x += piece.width;
    }
    // The blank is text too: who hears the page read hears words.
    const last = runs.at(-1);
    const follower = words[index + 1] ?? next;
    if (!last || !follower || (follower.blank === 0 && !follower.afterBreak)) continue;
    if (last.spoken !== undefined) last.spoken += ' ';
    else last.text += ' ';
    last.width += follower.blank;
  }
  const width = words.reduce((sum, word, index) => sum + word.width + (index > 0 ? word.blank : 0), 0);
  return { runs, width, height, baseline };
}

function joinsTo(last: TextRun, piece: Piece, x: number): boolean {
  return (
    last.font === piece.font &&
    last.size === piece.size &&
    last.color === piece.color &&
    !RIGHT_TO_LEFT.test(last.text + piece.text) &&
    Math.abs(last.x + last.width - x) < 0.01
  );
}

const isRightToLeft = ({ pieces }: Word): boolean => pieces.some(({ text }) => RIGHT_TO_LEFT.test(text));

/**
 * From left to right words stand as they come, but for those of Arabic or Hebrew, which stand in turn, with the numbers
 * among them.
 */
function placesOf(words: readonly Word[]): Map<Word, { x: number }> {
  const places = new Map<Word, { x: number }>();
  let x = 0;
  for (let start = 0; start < words.length; ) {
    let end = start + 1;
    if (isRightToLeft(words[start]!)) {
      for (let at = end; at < words.length && !hasLetterFromLeft(words[at]!); at++) {
        if (isRightToLeft(words[at]!)) end = at + 1;
      }
    }
    const group = words.slice(start, end);
    x += start === 0 ? 0 : group[0]!.blank;
    // Turned, the blank before a word stands behind it.
    for (let at = group.length - 1; at >= 0; at--) {
      places.set(group[at]!, { x });
      x += group[at]!.width + (at > 0 ? group[at]!.blank : 0);
    }
    start = end;
  }
  return places;
}

const hasLetterFromLeft = (word: Word): boolean =>
  !isRightToLeft(word) && word.pieces.some(({ text }) => /\p{L}/u.test(text));
