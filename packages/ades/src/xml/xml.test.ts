import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdesError } from '../ades-error.ts';
import { canonicalize } from './exclusive-c14n.ts';
import { fromBase64, nameOfUri, uriOfName } from './xml-algorithms.ts';
import { descendants, elementsOf, readXml, textOf } from './xml-tree.ts';
import { writeXml, xml } from './xml-writer.ts';

const read = (text: string, limits = {}) => readXml(Buffer.from(text, 'utf8'), limits);
const canonical = (text: string) => canonicalize(read(text)).toString('utf8');

/**
 * C14N 2.0 of Python's library, which without options declares namespaces where they are used, as exc-c14n does. It undoes
 * the default namespace for attributes without a prefix, which is wrong; they are left out here.
 */
function canonicalByPython(texts: string[]): string[] {
  const script =
    'import sys,json;from xml.etree.ElementTree import canonicalize as c;' +
    'print(json.dumps([c(t) for t in json.load(sys.stdin)]))';
  return JSON.parse(execFileSync('python3', ['-c', script], { input: JSON.stringify(texts), encoding: 'utf8' }));
}

describe('readXml', () => {
  it.each([
    ['a document type', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', /document type/],
    ['an external document type', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', /document type/],
    ['an unknown entity', '<a>&nbsp;</a>', /well-formed/],
    ['another version', '<?xml version="1.1"?><a/>', /1\.0/],
    ['another encoding', '<?xml version="1.0" encoding="UTF-16"?><a/>', /UTF-8/],
    ['an undeclared prefix', '<x:a/>', /well-formed/],
    ['an attribute twice', '<a b="1" b="2"/>', /well-formed/],
    ['an attribute twice by namespace', '<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>', /well-formed/],
    ['two roots', '<a/><b/>', /well-formed/],
    ['no root', '<!-- -->', /well-formed|no element/],
    ['text beside the root', '<a/>x', /well-formed/],
    ['a character that XML does not have', '<a>&#0;</a>', /well-formed/],
    ['half a surrogate pair', '<a>&#xD800;</a>', /well-formed/],
    ['a prefix undeclared', '<a xmlns:x="u"><b xmlns:x=""/></a>', /well-formed/],
    ['the prefix xmlns declared', '<a xmlns:xmlns="http://www.w3.org/2000/xmlns/"/>', /well-formed/],
    ['an end tag missing', '<a><b></a>', /well-formed/],
    ['nothing', '', /well-formed|no element/],
  ])('refuses %s', (_what, text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({ code: 'xml_invalid', message: expect.stringMatching(message) }),
    );
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(() => readXml(Buffer.from([0x3c, 0x61, 0xff, 0x2f, 0x3e]))).toThrow(/UTF-8/);
    expect(() => readXml(Buffer.from('\ufeff<a/>', 'utf16le'))).toThrow(AdesError);
  });

  it('refuses what exceeds its limits, before it costs', () => {
    const deep = `${'<a>'.repeat(300)}${'</a>'.repeat(300)}`;
    expect(() => read(deep)).toThrow(/deeply/);
    expect(read(deep, { maxDepth: 300 }).root.local).toBe('a');
    expect(() => read(`<a>${'<b/>'.repeat(100)}</a>`, { maxNodes: 50 })).toThrow(/too many/);
    expect(() => read(`<a ${Array.from({ length: 99 }, (_, i) => `b${i}=""`).join(' ')}/>`, { maxNodes: 50 })).toThrow(
      /too many/,
    );
    expect(() => read('<a>text</a>', { maxBytes: 5 })).toThrow(/too large/);
    const flood = `<${'a'.repeat(100_000)}`.repeat(50);
    expect(() => read(flood)).toThrow(AdesError);
  });

  it('keeps the document out of its messages', () => {
    try {
      read('<a>Kari Nordmann</b>');
    } catch (error) {
      expect((error as Error).message).not.toContain('Nordmann');
    }
    expect.assertions(1);
  });

  it('finds where the root ends', () => {
    for (const [text, end] of [
      ['<a>x</a  ><!-- </a> -->', '</a  >'],
      ['\ufeff<?xml version="1.0"?>\r\n<a>😀\r\n<b/></a>\n', '</a>'],
    ] as const) {
      const document = read(text);
      expect(document.text.slice(document.rootEnd, document.rootLimit)).toBe(end);
    }
    expect(read('<a b=">"/>').rootEnd).toBeUndefined();
  });

  it('never crashes on damaged documents', () => {
    const good = writeXml(xml('a:r', { 'xmlns:a': 'urn:a', b: '"<&\n' }, xml('a:c', {}, 'text'), 'more')).toString();
    fc.assert(
      fc.property(fc.nat(good.length), fc.nat(6), fc.string({ maxLength: 4 }), (at, length, junk) => {
        try {
          read(good.slice(0, at) + junk + good.slice(at + length));
        } catch (error) {
          expect(error).toBeInstanceOf(AdesError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('canonicalize', () => {
  it('does as the examples of the recommendation', () => {
    // REC-xml-exc-c14n-20020718 §2.2: the same element out of two contexts.
    const inside =
      '<n1:elem2 xmlns:n0="http://a.example" xmlns:n1="http://b.example" xml:lang="en">' +
      '<n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2>';
    const expected =
      '<n1:elem2 xmlns:n1="http://b.example" xml:lang="en">' +
      '<n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>';
    for (const outer of ['<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org">', '<n2:pdu xmlns:n2="u:v">']) {
      const name = outer.slice(1, outer.indexOf(' '));
      const document = read(`${outer}${inside}</${name}>`);
      expect(canonicalize(elementsOf(document.root)[0]!).toString()).toBe(expected);
    }
    // REC-xml-c14n-20010315 §3.1, §3.4.
    expect(canonical('<?xml version="1.0"?>\n<?x y  ?>\n<!-- c -->\n<doc>Hi<!-- c --></doc>\n<?z?>\n')).toBe(
      '<?x y  ?>\n<doc>Hi</doc>\n<?z?>',
    );
    expect(canonical('<doc>\r\n<t>a&#xD;b</t><v b="&#10;\t&quot;&apos;"><![CDATA[v>"0" && v<"9"]]></v></doc>')).toBe(
      '<doc>\n<t>a&#xD;b</t><v b="&#xA; &quot;\'">v&gt;"0" &amp;&amp; v&lt;"9"</v></doc>',
    );
  });

  it('undoes a default namespace only where there is one', () => {
    expect(canonical('<a xmlns="u"><b xmlns=""><c xmlns=""/></b></a>')).toBe(
      '<a xmlns="u"><b xmlns=""><c></c></b></a>',
    );
    expect(canonical('<a xmlns=""><x:b xmlns:x="u" xmlns="w"><c xmlns=""/></x:b></a>')).toBe(
      '<a><x:b xmlns:x="u"><c></c></x:b></a>',
    );
  });

  it('sorts by code point and not by UTF-16 unit', () => {
    expect(canonical('<a \u{1F600}="x" \uFF21="y"/>'.replace('\u{1F600}', '\u{20000}'))).toBe(
      '<a \uFF21="y" \u{20000}="x"></a>',
    );
  });

  it('agrees with another implementation on generated documents', () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab &<>"\'\t\n\rÆ€'), maxLength: 8 });
    const escaped = (value: string) => value.replace(/[&<>"\t\n\r]/g, (character) => `&#${character.codePointAt(0)};`);
    const { node } = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        text.map(escaped),
        fc.constant('<!--c-->'),
        fc
          .tuple(
            fc.constantFrom('', 'p:', 'q:'),
            fc.constantFrom('', ' xmlns="urn:d"', ' xmlns="" xmlns:p="urn:p2"', ' xmlns:q="urn:q2"'),
            fc.uniqueArray(fc.tuple(fc.constantFrom('p:k', 'q:z', 'q:a', 'xml:lang'), text), {
              selector: ([name]) => name,
              maxLength: 4,
            }),
            fc.array(tie('node'), { maxLength: 4 }),
          )
          .map(
            ([prefix, declarations, attributes, inside]) =>
              `<${prefix}e${declarations}${attributes.map(([n, v]) => ` ${n}="${escaped(v)}"`).join('')}>` +
              `${inside.join('')}</${prefix}e>`,
          ),
      ),
    }));
    const documents = fc
      .sample(fc.array(node, { maxLength: 4 }), { numRuns: 300, seed: 42 })
      .map((inside) => `<r xmlns:p="urn:p" xmlns:q="urn:q" xmlns:unused="urn:u">${inside.join('')}</r>`);
    expect(documents.map(canonical)).toEqual(canonicalByPython(documents));
  });
});

describe('values in XML', () => {
  it('are written so that they come back', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab<>&"\'\t\n\rÆ€ ') }), (value) => {
        const { root } = readXml(writeXml(xml('a', { b: value }, value)));
        expect(textOf(root)).toBe(value);
        expect(root.attributes[0]!.value).toBe(value);
        expect([...descendants(root)]).toHaveLength(1);
      }),
    );
  });

  it('are base64 in one spelling only', () => {
    expect(fromBase64(' YQ ==\n')).toEqual(Buffer.from('a'));
    for (const wrong of ['YQ', 'YR==', 'Y-==', 'Y', '=', 'YQ==YQ=='])
      expect(() => fromBase64(wrong)).toThrow(AdesError);
  });

  it('name files in one spelling or plainly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => nameOfUri(uriOfName(name)) === name),
    );
    expect(nameOfUri('a b.pdf')).toBe('a b.pdf');
    expect(nameOfUri('%E0%A4%A')).toBeUndefined();
  });
});
