import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { html } from './html.ts';
import { markdownToHtml, markdownToText, parseMarkdown } from './markdown.ts';
import { mergeFields } from './merge-fields.ts';

const NONE = mergeFields({}, {});
const toHtml = (source: string, fields = NONE) => html`${markdownToHtml(parseMarkdown(source), fields)}`.text.trim();
const toText = (source: string, fields = NONE) => markdownToText(parseMarkdown(source), fields);

describe('the Markdown of e-mails', () => {
  it.each([
    ['one\ntwo\n\nthree', '<p>one<br>two</p>\n<p>three</p>'],
    [
      '**bold** and *italic* and __both__ _ways_',
      '<p><strong>bold</strong> and <em>italic</em> and <strong>both</strong> <em>ways</em></p>',
    ],
    ['***very***', '<p><strong><em>very</em></strong></p>'],
    ['5 * 3 * 2 and snake_case_name', '<p>5 * 3 * 2 and snake_case_name</p>'],
    ['never **closed', '<p>never **closed</p>'],
    ['\\*as typed\\*', '<p>*as typed*</p>'],
    [
      'Bring:\n- a pen\n- an **eID**\n  of your own',
      '<p>Bring:</p>\n<ul><li>a pen</li><li>an <strong>eID</strong><br>of your own</li></ul>',
    ],
    ['1. read\n2. sign', '<ol><li>read</li><li>sign</li></ol>'],
    ['12. mai er fristen', '<p>12. mai er fristen</p>'],
  ])('reads %j', (source, expected) => {
    expect(toHtml(source)).toBe(expected);
  });

  it('makes links of http, https and mailto, typed with or without a text', () => {
    expect(toHtml('[Nordbank](https://nordbank.example/a?b=1&c=2) or https://nordbank.example.')).toBe(
      '<p><a href="https://nordbank.example/a?b=1&#38;c=2" rel="noreferrer">Nordbank</a> or ' +
        '<a href="https://nordbank.example" rel="noreferrer">https://nordbank.example</a>.</p>',
    );
    expect(toHtml('[write](mailto:kari@example.com)')).toContain('href="mailto:kari@example.com"');
  });

  it.each(['javascript:alert(1)', 'JaVaScRiPt:alert', 'data:text/html,x', '//evil.example', '/path', 'vbscript:x'])(
    'makes no link of %s',
    (target) => {
      expect(toHtml(`[click](${target})`)).not.toContain('<a');
    },
  );

  it('shows raw HTML as text', () => {
    expect(toHtml('<img src=x onerror=alert(1)> <b>x</b>')).toBe(
      '<p>&#60;img src=x onerror=alert(1)&#62; &#60;b&#62;x&#60;/b&#62;</p>',
    );
  });

  it('keeps the value of a merge field from acting as markup, also inside a link', () => {
    const fields = mergeFields({}, { name: '**Kari** <script>', page: 'javascript:alert(1)', ref: 'a b&c/../d' });
    expect(toHtml('Hi {name}', fields)).toBe('<p>Hi **Kari** &#60;script&#62;</p>');
    expect(toHtml('[open]({page})', fields)).toBe('<p>open</p>');
    expect(toHtml('[open](https://x.example/?ref={ref})', fields)).toContain(
      'href="https://x.example/?ref=a%20b%26c%2F..%2Fd"',
    );
  });

  it('takes a link whose address is one merge field as it is', () => {
    const fields = mergeFields({}, { page: 'https://x.example/a?b=c' });
    expect(toHtml('[open]({page})', fields)).toContain('href="https://x.example/a?b=c"');
  });

  it('says the same in plain text, with the addresses of its links', () => {
    expect(toText('**Hi** [Nordbank](https://nordbank.example), https://x.example\n\n- a\n- b')).toBe(
      'Hi Nordbank (https://nordbank.example), https://x.example\n\n- a\n- b',
    );
  });

  it('lets no text out unescaped, whatever is typed', () => {
    const piece = fc.constantFrom(
      '*',
      '**',
      '_',
      '[',
      '](',
      ')',
      '<',
      '"',
      "'",
      '&',
      '{a}',
      'https://x.no/',
      '\n',
      '\\',
      'b',
      ' ',
      '- ',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const made = toHtml(pieces.join(''), mergeFields({}, { a: '<i>"\'' }));
        const withoutTags = made.replace(
          /<\/?(p|strong|em|ul|ol|li|br)>|<a href="https?:[^"<>]*" rel="noreferrer">|<\/a>/g,
          '',
        );
        expect(withoutTags).not.toMatch(/[<>"']/);
      }),
    );
  });

  it('reads the longest text that is made to be slow in a moment', { timeout: 5_000 }, () => {
    for (const piece of ['*a ', '[', '**a*', '_[a](', '{', 'https://', '1. ']) {
      toHtml(piece.repeat(Math.floor(20_000 / piece.length)));
    }
  });
});
