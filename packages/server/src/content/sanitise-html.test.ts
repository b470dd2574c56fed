import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import { describe, expect, it } from 'vitest';
import { sanitiseHtml } from './sanitise-html.ts';

type Node = DefaultTreeAdapterTypes.Node;

const PAGE = `<!DOCTYPE html><html lang="en"><head><title>Rent</title><base href="http://attacker.example/">
<style>@import url("http://attacker.example/a.css"); .hidden { display: none } td { border: 1px solid #888 }</style>
<script>alert(1)</script></head><body onload="a()"><h1 class="top" onclick="a()">Rent</h1>
<p class="hidden" style="display:none; color: red; position:absolute">The tenant also buys the boat.</p>
<img src="http://attacker.example/pixel.png" alt="plan" onerror="a()"><iframe src="http://attacker.example"></iframe>
<form action="http://attacker.example"><input name="a" value="100 EUR"><input type="checkbox" checked>
<select><option>one<option selected>two</select><textarea>by hand</textarea><button>Send</button></form>
<a href="javascript:a()" target="_top">Terms</a><svg><script>a()</script><a xlink:href="javascript:a()">x</a></svg>
<noscript>without script</noscript><details><summary>More</summary>small print</details></body></html>`;

describe('the copy of an HTML document', () => {
  const copy = sanitiseHtml(PAGE);

  it('shows text, fields and static style', () => {
    for (const shown of [
      '<h1 class="top">Rent</h1>',
      'td{border:1px solid #888;}',
      'The tenant also buys the boat.',
      ':root .segl-style-1{color:red!important;}',
      'class="hidden segl-style-1"',
      '[plan]',
      '<span class="segl-field">100 EUR</span>',
      '☑',
      '<span class="segl-field">two</span>',
      'by hand',
      'Send',
      '<a>Terms</a>',
      'without script',
      '<details open>',
      '<html lang="en">',
    ]) {
      expect(copy.html).toContain(shown);
    }
  });

  it('has nothing that acts, loads, hides or covers', () => {
    expect(copy.html).not.toMatch(/alert|a\(\)|attacker|javascript|@|url|none|position|<(form|input|img|svg|iframe)/i);
  });

  it('tells that something was left out, and only then', () => {
    expect(copy.reduced).toBe(true);
    expect(sanitiseHtml('<p>x</p><img src="data:image/png;base64,AAAA" alt="">').reduced).toBe(false);
    expect(sanitiseHtml('<link rel="stylesheet" href="a.css"><p>x</p>').reduced).toBe(true);
  });

  it.each([
    ['an escape', 'p{background:u\\72l(//a.example)}'],
    ['a string that ends a block', `p{font-family:"}body{background:url(//a)}"}`],
    ['image-set', 'p{background:image-set("//a.example/x" 1x)}'],
    ['a comment in a name', 'p{background:ur/**/l(//a.example)}'],
    ['an end tag', '</style><img src=//a.example>'],
    ['a font', '@font-face{src:url(//a.example)}'],
    ['nested at-rules', '@supports (a:b){@import "//a.example";p{background:url(//a.example)}}'],
    ['expression', 'p{width:expression(alert(1))}'],
  ])('leaves out what style can load: %s', (_, css) => {
    const { html } = sanitiseHtml(`<style>${css}</style><p style='${css.replace(/^p\{|\}$/g, '')}'>x</p>`);
    expect(html).not.toMatch(/a\.example|url|@|expression|image-set|\\/);
  });

  it('is harmless for any markup', () => {
    const word = fc.constantFrom(
      ...[
        '<',
        '>',
        '"',
        "'",
        '/',
        '=',
        ' ',
        '&lt;',
        '&#x3C;',
        '\0',
        '`',
        '<!--',
        '-->',
        '<![CDATA[',
        ']]>',
        '</style>',
      ],
      ...['<svg>', '<math>', '<script>', '</script>', '<style>', '<title>', '<textarea>', '<noscript>', '<template>'],
      ...['<p', '<a', '<img', '<table>', '<td', '<mtext>', '<mglyph>', '<select>', '<plaintext>', '<frameset>'],
      ...[
        ' onerror=a()',
        ' href=javascript:a()',
        ' src=//a.example',
        ' style="background:url(//a.example)"',
        ' srcset=x',
      ],
      ...[
        ' http-equiv=refresh content="0;url=//a"',
        ' class=x',
        ' xlink:href=//a',
        ' formaction=//a',
        '<meta',
        '<base',
      ],
      ...['p{color:red}', '@import "//a";', 'url(', '\\75rl(', '{', '}', ';', 'x', '<iframe srcdoc=', '<object data='],
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        const { html } = sanitiseHtml(words.join(''));
        expect(dangersIn(parse(html, { scriptingEnabled: true }))).toEqual([]);
        // What a browser reads is what was written: nothing is left that a second reading would see otherwise.
        expect(sanitiseHtml(html).reduced).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });
});

/** What a browser would do something with, in a document as it reads it. */
function dangersIn(node: Node): string[] {
  const here: string[] = [];
  if ('tagName' in node) {
    const { tagName, attrs, namespaceURI } = node;
    if (namespaceURI !== 'http://www.w3.org/1999/xhtml') here.push(`${namespaceURI} ${tagName}`);
    if (/^(script|iframe|object|embed|form|input|base|link|template|frame|meta)$/.test(tagName)) {
      if (!(tagName === 'meta' && attrs.length === 1 && attrs[0]!.name === 'charset')) here.push(tagName);
    }
    if (tagName === 'style') {
      const css = node.childNodes.map((child) => ('value' in child ? child.value : '?')).join('');
      if (/url|@(?!media)|\\|</i.test(css)) here.push(css);
    }
    for (const { name, value } of attrs) {
      if (/^on|href|^style$|action|srcset|srcdoc|http-equiv/.test(name)) here.push(`${tagName} ${name}`);
      if (name === 'src' && !value.startsWith('data:image/')) here.push(`src ${value}`);
    }
  }
  return 'childNodes' in node ? [...here, ...node.childNodes.flatMap(dangersIn)] : here;
}
