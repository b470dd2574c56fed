/** An order and the style sheet that shows it, made for the tests. */
export const ORDER = `<?xml version="1.0" encoding="UTF-8"?>
<order xmlns="urn:example:order" number="2026-7">
  <buyer>Blåbær AS</buyer>
  <line><text><![CDATA[Årer <par>]]></text><price>450.00</price></line>
</order>
`;

export const ORDER_SHEET = styleSheet(
  `<xsl:output method="html"/>
  <xsl:template match="/o:order">
    <html lang="nb"><body style="color:#222">
      <h1>Ordre <xsl:value-of select="@number"/></h1>
      <p>Kjøper: <b><xsl:value-of select="o:buyer"/></b></p>
      <xsl:for-each select="o:line">
        <p title="{o:price}"><xsl:value-of select="o:text"/>: <xsl:value-of select="format-number(o:price, '0.0')"/></p>
      </xsl:for-each>
    </body></html>
  </xsl:template>`,
  'xmlns:o="urn:example:order"',
);

export function styleSheet(body: string, attributes = ''): string {
  return `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform" ${attributes}>${body}</xsl:stylesheet>`;
}
