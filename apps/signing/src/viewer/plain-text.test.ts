import { describe, expect, it } from 'vitest';
import { indentXml, rowsIn, splitIntoBlocks } from './plain-text.ts';

describe('text in pieces', () => {
  it.each([
    ['nothing', ''],
    ['one line', 'Avtale'],
    ['line breaks of all kinds', 'a\r\nb\n\n\nc\n'],
    ['many lines', 'Ærlig talt\n'.repeat(1234)],
    ['one very long line', 'x'.repeat(200_000)],
    ['a long line among short ones', `a\n${'y'.repeat(100_000)}\nb\n`],
    ['characters of two halves', '⚓🚤'.repeat(30_000)],
  ])('is the same text: %s', (_, text) => {
    const blocks = splitIntoBlocks(text);
    expect(blocks.join('')).toBe(text);
    for (const block of blocks) {
      expect(block.length).toBeLessThanOrEqual(32_769);
      expect(rowsIn(block, 40_000)).toBeLessThanOrEqual(200);
      expect(() => encodeURIComponent(block)).not.toThrow();
    }
  });
});

it.each([
  ['', 10, 1],
  ['abc\n', 10, 1],
  ['abc\n\nabc', 10, 3],
  ['a'.repeat(21), 10, 3],
])('%j takes so many lines of %i characters: %i', (block, columns, rows) => {
  expect(rowsIn(block, columns)).toBe(rows);
});

describe('the source of XML', () => {
  it('has each element on a line, and text beside its tags', () => {
    const source = `<?xml version="1.0"?><!-- a > b --><order n="a>b"><buyer>Blåbær  AS</buyer><empty/><t><![CDATA[<x>]]></t><p>one <b>two</b> three</p></order>`;
    expect(indentXml(source)).toBe(
      [
        '<?xml version="1.0"?>',
        '<!-- a > b -->',
        '<order n="a>b">',
        '  <buyer>Blåbær  AS</buyer>',
        '  <empty/>',
        '  <t><![CDATA[<x>]]></t>',
        '  <p>',
        '    one',
        '    <b>two</b>',
        '    three',
        '  </p>',
        '</order>',
      ].join('\n'),
    );
  });

  it('shows all that is there but white space', () => {
    const source = `<a>${"<b c='\"'>x &lt; y<!-- - --></b>\n\t".repeat(500)}${'<d>'.repeat(60)}${'</d>'.repeat(60)}</a>`;
    expect(indentXml(source).replace(/\s/g, '')).toBe(source.replace(/\s/g, ''));
  });
});
