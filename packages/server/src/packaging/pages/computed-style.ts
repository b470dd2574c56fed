import type { Declarations } from './style-sheet.ts';

/** Top, right, bottom, left. */
export type Sides<T> = [T, T, T, T];

export interface Border {
  width: number;
  color: string;
}

/** How something looks, in points. */
export interface ComputedStyle {
  // Inherited.
  fontSize: number;
  bold: boolean;
  color: string;
  /** Of the font size. */
  lineHeight: number;
  align: 'left' | 'center' | 'right';
  preformatted: boolean;
  uppercase: boolean;
  // Of the element alone.
  margin: Sides<number>;
  padding: Sides<number>;
  border: Sides<Border | undefined>;
  radius: number;
  background: string | undefined;
  width: Length | undefined;
  height: Length | undefined;
  hidden: boolean;
  /** Where the tag does not say it. */
  display: 'block' | 'inline' | undefined;
  breakBefore: boolean;
  keepTogether: boolean;
}

export interface Length {
  value: number;
  unit: 'pt' | '%';
}

export const ROOT_STYLE: ComputedStyle = {
  fontSize: 9.5,
  bold: false,
  color: '#16181d',
  lineHeight: 1.4,
  align: 'left',
  preformatted: false,
  uppercase: false,
  margin: [0, 0, 0, 0],
  padding: [0, 0, 0, 0],
  border: [undefined, undefined, undefined, undefined],
  radius: 0,
  background: undefined,
  width: undefined,
  height: undefined,
  hidden: false,
  display: undefined,
  breakBefore: false,
  keepTogether: false,
};

const LARGEST_FONT = 120;
const UNITS: Record<string, number> = { pt: 1, px: 0.75, mm: 72 / 25.4, cm: 720 / 25.4, in: 72, '': 0.75 };
const FONT_SIZES: Record<string, number> = { small: 8, medium: 9.5, large: 12, 'x-large': 15, 'xx-large': 20 };

/** Style of an element: what it inherits, then each set of declarations over the one before. */
export function computeStyle(parent: ComputedStyle, layers: readonly Declarations[]): ComputedStyle {
  const { fontSize, bold, color, lineHeight, align, preformatted, uppercase } = parent;
  const style: ComputedStyle = {
    ...ROOT_STYLE,
    ...{ fontSize, bold, color, lineHeight, align, preformatted, uppercase },
    margin: [0, 0, 0, 0],
    padding: [0, 0, 0, 0],
    border: [undefined, undefined, undefined, undefined],
  };
  // Sizes in `em` are of the element's own font, wherever that is declared.
  for (const declarations of layers) {
    const size = declarations.get('font-size');
    if (size) style.fontSize = fontSizeOf(size, parent.fontSize) ?? style.fontSize;
  }
  for (const declarations of layers) for (const [property, value] of declarations) apply(style, property, value);
  return style;
}

function fontSizeOf(value: string, parent: number): number | undefined {
  const length = FONT_SIZES[value] ?? lengthOf(value, parent, parent);
  return length === undefined ? undefined : Math.min(Math.max(length, 4), LARGEST_FONT);
}

function apply(style: ComputedStyle, property: string, value: string): void {
  const side = /^(margin|padding|border)-(top|right|bottom|left)$/.exec(property);
  if (side) {
    const index = ['top', 'right', 'bottom', 'left'].indexOf(side[2]!);
    if (side[1] === 'border') style.border[index] = borderOf(value, style.fontSize);
    else setSide(style[side[1] as 'margin' | 'padding'], index, value, style.fontSize);
    return;
  }
  switch (property) {
    case 'margin':
    case 'padding':
      for (const [index, one] of fourOf(value).entries()) setSide(style[property], index, one, style.fontSize);
      return;
    case 'border': {
      const border = borderOf(value, style.fontSize);
      style.border = [border, border, border, border];
      return;
    }
    case 'border-radius':
      style.radius = lengthOf(value, style.fontSize) ?? 0;
      return;
    case 'color':
      style.color = colorOf(value) ?? style.color;
      return;
    case 'background':
    case 'background-color':
      style.background = colorOf(value);
      return;
    case 'font-weight':
      style.bold = value === 'bold' || value === 'bolder' || Number(value) >= 600;
      return;
    case 'line-height':
      style.lineHeight = lineHeightOf(value, style.fontSize) ?? style.lineHeight;
      return;
    case 'text-align':
      if (value === 'left' || value === 'center' || value === 'right') style.align = value;
      return;
    case 'text-transform':
      style.uppercase = value === 'uppercase';
      return;
    case 'white-space':
      style.preformatted = value.startsWith('pre');
      return;
    case 'width':
    case 'height':
      style[property] = sizeOf(value, style.fontSize);
      return;
    case 'display':
      style.hidden = value === 'none';
      style.display = value.startsWith('inline')
        ? 'inline'
        : value === 'block' || value === 'flex'
          ? 'block'
          : undefined;
      return;
    case 'break-before':
    case 'page-break-before':
      style.breakBefore = value === 'always' || value === 'page';
      return;
    case 'break-inside':
    case 'page-break-inside':
      style.keepTogether = value.startsWith('avoid');
  }
}

function setSide(sides: Sides<number>, index: number, value: string, fontSize: number): void {
  const length = lengthOf(value, fontSize);
  // Nothing is drawn over what stands beside it.
  if (length !== undefined && length >= 0) sides[index] = length;
}

function fourOf(value: string): string[] {
  const [top = '0', right = top, bottom = top, left = right] = value.split(/\s+/);
  return [top, right, bottom, left];
}

function borderOf(value: string, fontSize: number): Border | undefined {
  const parts = value.split(/\s+(?![^(]*\))/);
  if (parts.some((part) => part === 'none' || part === 'hidden')) return undefined;
  const width = parts.map((part) => lengthOf(part, fontSize)).find((length) => length !== undefined) ?? 0.75;
  const color = parts.map(colorOf).find((one) => one !== undefined) ?? '#16181d';
  return width > 0 ? { width: Math.min(width, 20), color } : undefined;
}

function lineHeightOf(value: string, fontSize: number): number | undefined {
  const factor = /^[\d.]+$/.test(value) ? Number(value) : (lengthOf(value, fontSize, fontSize) ?? 0) / fontSize;
  return factor >= 0.8 && factor <= 5 ? factor : undefined;
}

export function sizeOf(value: string, fontSize: number): Length | undefined {
  const percent = /^([\d.]+)%$/.exec(value);
  if (percent) return { value: Math.min(Number(percent[1]), 100), unit: '%' };
  const length = lengthOf(value, fontSize);
  return length === undefined ? undefined : { value: length, unit: 'pt' };
}

/** In points; percentages are of `whole`, where there is one. */
function lengthOf(value: string, fontSize: number, whole?: number): number | undefined {
  const match = /^(-?[\d.]+)(pt|px|mm|cm|in|em|rem|%)?$/.exec(value);
  const number = Number(match?.[1]);
  if (!match || !Number.isFinite(number)) return undefined;
  const unit = match[2] ?? '';
  if (unit === '%') return whole === undefined ? undefined : (number / 100) * whole;
  return number * (unit === 'em' ? fontSize : unit === 'rem' ? ROOT_STYLE.fontSize : UNITS[unit]!);
}

const NAMED: Record<string, string> = {
  black: '#000000',
  white: '#ffffff',
  gray: '#808080',
  grey: '#808080',
  silver: '#c0c0c0',
  red: '#ff0000',
  green: '#008000',
  blue: '#0000ff',
  navy: '#000080',
  teal: '#008080',
  maroon: '#800000',
  purple: '#800080',
  orange: '#ffa500',
};

/** As `#rrggbb`. */
function colorOf(value: string): string | undefined {
  const text = value.toLowerCase();
  if (/^#[0-9a-f]{6}$/.test(text)) return text;
  if (/^#[0-9a-f]{3}$/.test(text)) return `#${[...text.slice(1)].map((digit) => digit + digit).join('')}`;
  const rgb = /^rgb\((\d+)[,\s]+(\d+)[,\s]+(\d+)\)$/.exec(text);
  if (!rgb) return NAMED[text];
  return `#${rgb
    .slice(1)
    .map((part) => Math.min(Number(part), 255).toString(16).padStart(2, '0'))
    .join('')}`;
}
