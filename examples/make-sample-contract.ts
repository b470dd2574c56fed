import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';

/**
 * Writes `sample-contract.pdf`, the document of the first steps: an invented lease of several pages.
 *
 *     node examples/make-sample-contract.ts
 */
const fonts = new URL('../packages/server/assets/fonts/', import.meta.url);
const fontPath = (name: string) => fileURLToPath(new URL(`${name}.ttf`, fonts));
const pdf = new PDFDocument({
  size: 'A4',
  margins: { top: 72, bottom: 72, left: 72, right: 72 },
  bufferPages: true,
  info: { Title: 'Lease agreement (sample)', Author: 'Segl', CreationDate: new Date('2026-01-15T09:30:00Z') },
});
pdf.pipe(createWriteStream(fileURLToPath(new URL('sample-contract.pdf', import.meta.url))));
pdf.registerFont('text', fontPath('inter-regular'));
pdf.registerFont('strong', fontPath('inter-semibold'));

const sections: [string, string[]][] = [
  [
    'The parties',
    [
      'This lease is made between Fjordheim Utleie AS, organisation number 310 000 000 (the landlord), and Kari Nordmann (the tenant). Both are invented: this is a sample for trying out electronic signing.',
      'Where this agreement says “in writing”, e-mail and electronically signed documents count as writing.',
    ],
  ],
  [
    'The home',
    [
      'The landlord lets the flat at Storgata 5, second floor, 7010 Trondheim, consisting of three rooms, kitchen, bath and a storage room in the cellar, with a floor area of 68 m².',
      'The flat is let furnished according to the inventory that the parties draw up when the tenant moves in. The tenant may use the shared laundry and the garden.',
      'The flat has been shown to the tenant, who takes it as it was at the viewing, with the repairs named in the inventory.',
    ],
  ],
  [
    'Term and notice',
    [
      'The lease begins on 1 February and runs until it is ended by notice. Either party may end it with three months’ notice, counted from the end of the month in which the notice is given.',
      'Notice must be given in writing. The landlord’s notice must state its reason and tell the tenant how to object.',
    ],
  ],
  [
    'Rent and deposit',
    [
      'The rent is 14 500 kroner a month, due in advance on the first day of each month. Electricity and internet are paid by the tenant; water and municipal charges are part of the rent.',
      'The rent may be adjusted once a year in line with the consumer price index, with one month’s written notice.',
      'The tenant pays a deposit of 43 500 kroner into a separate account in the tenant’s name. Interest belongs to the tenant. The deposit is released when the lease has ended and the flat has been handed back in order.',
    ],
  ],
  [
    'Use and care',
    [
      'The tenant uses the flat as a home, follows the house rules and takes good care of it. Small repairs, such as bulbs, fuses and filters, are the tenant’s; everything else is the landlord’s.',
      'The tenant reports damage without delay. The landlord may enter the flat for repairs and inspections after giving reasonable notice, and at once when damage threatens.',
      'Pets are allowed where there are good grounds for them and they do not disturb the other residents. Smoking indoors is not allowed.',
      'The tenant may not sublet without the landlord’s consent, which may be refused only for good reason.',
    ],
  ],
  [
    'Insurance and liability',
    [
      'The landlord insures the building. The tenant is advised to insure household goods. Each party is liable for damage that it causes, by the general rules of law.',
    ],
  ],
  [
    'Handing back',
    [
      'When the lease ends the tenant hands the flat back cleaned, with all keys, and in the condition in which it was taken, ordinary wear excepted. The parties go through the flat together and sign the inventory.',
    ],
  ],
  [
    'Disputes',
    [
      'The parties try to solve disagreements by talking. If that fails, either may bring the matter before the rent disputes board or the courts at the place where the flat lies.',
    ],
  ],
];

pdf.font('strong').fontSize(24).text('Lease agreement');
pdf.moveDown(0.3).font('text').fontSize(10.5).fillColor('#5b6270').text('Storgata 5, 7010 Trondheim');
pdf.moveDown(2).fillColor('#16181d');
let clause = 0;
for (const [heading, paragraphs] of sections) {
  clause += 1;
  if (pdf.y > 600) pdf.addPage();
  pdf.font('strong').fontSize(14).text(`${clause}. ${heading}`);
  pdf.moveDown(0.5);
  paragraphs.forEach((paragraph, index) => {
    pdf
      .font('text')
      .fontSize(12)
      .text(`${clause}.${index + 1}  ${paragraph}`, { lineGap: 6 });
    pdf.moveDown(1);
  });
  pdf.moveDown(1);
}
const { count } = pdf.bufferedPageRange();
for (let page = 0; page < count; page++) {
  pdf.switchToPage(page);
  pdf.page.margins.bottom = 0;
  pdf
    .font('text')
    .fontSize(9)
    .fillColor('#5b6270')
    .text(`Page ${page + 1} of ${count}`, 72, 790);
}
pdf.end();
