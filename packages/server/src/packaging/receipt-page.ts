import { type DocumentFacts, documentFacts, type EvidenceSigner, INK, MUTED, setPages } from './evidence-pages.ts';
import { evidenceTexts } from './evidence-texts.ts';
import { receiptTexts } from './receipt-texts.ts';

export interface ReceiptInput extends DocumentFacts {
  /** The signer's. */
  language: string;
  environment: 'test' | 'prod';
  signer: EvidenceSigner;
  signedAlong: { title: string; contentSha256: string }[];
  /** The entry of the evidence log that is this signature. */
  evidence: { sequence: number; sha256: string };
  createdAt: Date;
}

/** What one signer has signed, for that signer to keep until the signed file is there. */
export function renderReceipt(input: ReceiptInput): Promise<Uint8Array> {
  const own = receiptTexts(input.language);
  const texts = evidenceTexts(input.language);
  return setPages({ ...input, texts, title: own.heading, footer: own.page }, (page) => {
    page.heading(own.heading);
    page.paragraph(
      own.lead.replace('{signer}', () => input.signer.fullName),
      MUTED,
    );
    page.section(own.signature);
    page.signerBlock(input.signer, texts.signedBy);
    page.section(texts.document);
    page.facts(documentFacts(input, (textOf) => textOf(texts)));
    if (input.signedAlong.length > 0) {
      page.section(own.signedAlong);
      page.facts(input.signedAlong.map(({ title, contentSha256 }) => [title, contentSha256]));
    }
    page.section(own.evidence);
    page.facts([[own.evidenceEntry.replace('{sequence}', String(input.evidence.sequence)), input.evidence.sha256]]);
    page.section(texts.verifyHeading);
    page.paragraph(own.verify, INK);
  });
}
