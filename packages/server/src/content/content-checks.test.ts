import { afterAll, describe, expect, it } from 'vitest';
import { ORDER, ORDER_SHEET, styleSheet } from '../../../test-kit/src/sample-order.ts';
import { type ContentCheck, ContentChecks, type PlainContent } from './index.ts';

const checks = new ContentChecks({ threads: 2, withinMs: 3000 });
afterAll(() => checks.close());

const check = (format: PlainContent['format'], content: string | Buffer, sheet?: string): Promise<ContentCheck> =>
  checks.check(
    { format, bytes: Buffer.from(content), ...(sheet === undefined ? {} : { styleSheet: Buffer.from(sheet) }) },
    'nordbank',
  );

const html = (verdict: ContentCheck) =>
  verdict.accepted && verdict.display ? Buffer.from(verdict.display.html).toString() : undefined;

describe('content that is signed as it is', () => {
  it.each([
    ['text', 'txt', 'Ærlig talt ⚓'],
    ['text with a byte order mark', 'txt', '\uFEFFAvtale'],
    ['empty-looking text', 'txt', '\n'],
    ['XML', 'xml', ORDER],
    ['XML with another style sheet named in it', 'xml', '<?xml-stylesheet href="http://a.example/x.xsl"?><a/>'],
    ['HTML', 'html', '<!doctype html><meta charset="utf-8"><p>Avtale</p>'],
    ['HTML in the wrong order', 'html', '<p>One<table><b>two'],
  ] as const)('is accepted: %s', async (_, format, content) => {
    expect(await check(format, content)).toMatchObject({ accepted: true });
  });

  const entities = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`).join('');
  it.each([
    ['text in another charset', 'txt', Buffer.from('båt', 'latin1')],
    ['text with a NUL', 'txt', 'a\0b'],
    ['UTF-16', 'txt', Buffer.from('\uFEFFavtale', 'utf16le')],
    ['XML that is not well-formed', 'xml', '<a><b></a>'],
    ['text named .xml', 'xml', 'no markup here'],
    ['XML in another declared encoding', 'xml', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>'],
    ['a document type', 'xml', '<!DOCTYPE a><a/>'],
    ['an external entity', 'xml', '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]><a>&f;</a>'],
    ['an external document type', 'xml', '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>'],
    ['entities that grow', 'xml', `<!DOCTYPE a [<!ENTITY l0 "lol">${entities}]><a>&l9;</a>`],
    ['an undeclared entity', 'xml', '<a>&nbsp;</a>'],
    ['deep nesting', 'xml', '<a>'.repeat(100_000)],
    ['an undeclared prefix', 'xml', '<x:a/>'],
    ['text named .html', 'html', 'no markup here'],
    ['HTML that says another charset', 'html', '<meta charset="iso-8859-1"><p>x</p>'],
    ['HTML nested too deeply', 'html', '<div>'.repeat(5000)],
  ] as const)('is refused: %s', async (_, format, content) => {
    expect(await check(format, content)).toEqual({ accepted: false, part: 'content', message: expect.any(String) });
  });
});

describe('a style sheet', () => {
  it('shows the document as HTML that can do nothing', async () => {
    const shown = html(await check('xml', ORDER, ORDER_SHEET));
    expect(shown).toContain('<h1>Ordre 2026-7</h1>');
    expect(shown).toContain('Kjøper: <b>Blåbær AS</b>');
    expect(shown).toContain('<p title="450.00">Årer &lt;par&gt;: 450.0</p>');
    expect(shown).toContain('<html lang="nb">');
  });

  it('may produce text', async () => {
    const sheet = styleSheet('<xsl:output method="text"/><xsl:template match="/">1 &lt; 2</xsl:template>');
    expect(html(await check('xml', ORDER, sheet))).toContain('<pre>1 &lt; 2</pre>');
  });

  it('brings no active content into what is shown', async () => {
    const sheet = styleSheet(
      `<xsl:template match="/"><body onload="a()"><a href="javascript:a()">x</a>
         <xsl:element name="{'script'}">evil()</xsl:element>
         <xsl:text disable-output-escaping="yes">&lt;script>evil()&lt;/script></xsl:text></body></xsl:template>`,
    );
    const verdict = await check('xml', ORDER, sheet);
    expect(html(verdict)).not.toMatch(/script|evil|onload|href/);
    expect(verdict).toMatchObject({ display: { reduced: true } });
  });

  const template = (body: string) => styleSheet(`<xsl:template match="/">${body}</xsl:template>`);
  const twice = (body: string) =>
    styleSheet(`<xsl:template match="/"><xsl:call-template name="a"/></xsl:template>
                <xsl:template name="a"><xsl:param name="s" select="'xxxxxxxx'"/>${body}</xsl:template>`);
  it.each([
    ['is not XML', 'p { color: red }'],
    ['is no XSLT', '<a/>'],
    ['is XSLT 2.0', styleSheet('').replace('"1.0"', '"2.0"')],
    ['does not compile', template('<xsl:value-of select="["/>')],
    ['has a document type', `<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>${template('&f;')}`],
    ['stops itself', template('<xsl:message terminate="yes">no</xsl:message>')],
    ['imports another', styleSheet('<xsl:import href="http://127.0.0.1:9/a.xsl"/>')],
    ['includes another', styleSheet('<xsl:include href="a.xsl"/>')],
    ['loads a file', template(`<xsl:copy-of select="document('/etc/passwd')"/>`)],
    ['loads an address', template(`<xsl:copy-of select="document ('http://127.0.0.1:9/')"/>`)],
    ['loads in an attribute', template(`<p title="{document('/etc/passwd')}"/>`)],
    ['loads by a key', template(`<xsl:value-of select="id(//a)|document(//@href)"/>`)],
    ['brings script', template('<script>a()</script>')],
    ['brings foreign script', styleSheet('<m:script xmlns:m="urn:schemas-microsoft-com:xslt"/>')],
    ['uses extension functions', styleSheet(`<xsl:variable name="a" select="x:evaluate('1')"/>`, 'xmlns:x="urn:x"')],
    ['uses extension elements', styleSheet('', 'extension-element-prefixes="x" xmlns:x="urn:x"')],
    ['writes a file', template('<xsl:document href="/tmp/a"/>')],
    ['calls itself for ever', twice('<xsl:call-template name="a"/>')],
    [
      'doubles a text for ever',
      twice('<xsl:call-template name="a"><xsl:with-param name="s" select="concat($s, $s)"/></xsl:call-template>'),
    ],
  ])('is refused when it %s', async (_, sheet) => {
    expect(await check('xml', ORDER, sheet)).toEqual({
      accepted: false,
      part: 'styleSheet',
      message: expect.not.stringContaining('root:'),
    });
  });

  it('is refused when it takes too long, and others are served meanwhile', async () => {
    const loop = ['a', 'b', 'c', 'd', 'e'].reduceRight(
      (inner, name) =>
        `<xsl:for-each select="//*"><xsl:variable name="${name}" select="count(//*)"/>${inner}</xsl:for-each>`,
      '',
    );
    const slow = check('xml', `<r>${'<a/>'.repeat(400)}</r>`, template(loop));
    const other = await check('xml', ORDER, ORDER_SHEET);
    expect(other).toMatchObject({ accepted: true });
    expect(await slow).toMatchObject({ accepted: false, part: 'styleSheet' });
  });
});
