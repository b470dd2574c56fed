import { readFileSync } from 'node:fs';
import { create, type Font } from 'fontkit';

export type FontName = 'regular' | 'semibold' | 'fallback';

let fonts: Record<FontName, Font> | undefined;

/** Kept from one document to the next: to read the tables of a font takes longer than to set the pages. */
export function loadFonts(): Record<FontName, Font> {
  fonts ??= {
    regular: readFont('inter-regular'),
    semibold: readFont('inter-semibold'),
    fallback: readFont('dejavu-sans-fallback'),
  };
  return fonts;
}

const ARABIC_FORMS = /[\ufb50-\ufdff\ufe70-\ufeff]/;

function readFont(name: string): Font {
  const font = create(readFileSync(new URL(`../../../assets/fonts/${name}.ttf`, import.meta.url))) as Font;
  // The library remembers a glyph by the letters it was first made for, and a part of another one was made for none: copied
  // text would lose it. Forms of Arabic letters stand for the letters.
  for (const codePoint of font.characterSet) {
    if (!ARABIC_FORMS.test(String.fromCodePoint(codePoint))) font.glyphForCodePoint(codePoint);
  }
  return font;
}

/** Latin, Greek and Cyrillic are in the main font; letters of other scripts come from the fallback. */
const IN_MAIN_FONT = /[\u0020-\u04ff\u1e00-\u1eff\u2010-\u2030\u2039\u203a\u20ac\u2116\u2122\u2190-\u2193\u2212\u2713]/;

/** The text in pieces that one font has. */
export function fontRuns(text: string, font: FontName): { text: string; font: FontName }[] {
  const runs: { text: string; font: FontName }[] = [];
  for (const character of text) {
    const wanted: FontName = IN_MAIN_FONT.test(character) ? font : 'fallback';
    const last = runs.at(-1);
    if (last?.font === wanted || (last && character === ' ')) last.text += character;
    else runs.push({ text: character, font: wanted });
  }
  return runs;
}
