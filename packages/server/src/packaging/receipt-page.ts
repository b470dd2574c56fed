import type { DocumentFacts, EvidenceSigner } from './evidence-pages.ts';
import { evidenceTexts } from './evidence-texts.ts';
import { accountData, documentData, labelsOf, signerData, timesIn } from './page-data.ts';
import { fillIn, receiptHtml } from './page-html.ts';
import { setPages } from './pages/set-pages.ts';
import { receiptTexts } from './receipt-texts.ts';

export interface ReceiptInput extends DocumentFacts {
  /** The signer's. */
  language: string;
  environment: 'test' | 'prod';
  signer: EvidenceSigner;
  signedAlong: { title: string; contentSha256: string }[];
  /** The entry of the evidence log that is this signature. */
  evidence: { sequence: number; sha256: string };
}

/** What one signer has signed, for that signer to keep until the signed file is there. */
export async function renderReceipt(input: ReceiptInput): Promise<Uint8Array> {
  const own = receiptTexts(input.language);
  const texts = evidenceTexts(input.language);
  const timeOf = timesIn(undefined);
  const { pdf } = await setPages({
    parts: [
      fillIn(receiptHtml(), {
        document: documentData(input, timeOf),
        account: accountData(input.account, undefined),
        signers: [signerData(input.signer, 1, texts, timeOf, false)],
        signedAlong: input.signedAlong.length > 0 && {
          files: input.signedAlong.map(({ title, contentSha256 }) => ({ title, sha256: contentSha256 })),
        },
        evidence: {
          entry: own.evidenceEntry.replace('{sequence}', String(input.evidence.sequence)),
          sha256: input.evidence.sha256,
        },
        label: {
          ...labelsOf(texts, 'apart'),
          signature: own.signature,
          signedAlong: own.signedAlong,
          evidence: own.evidence,
          receiptHeading: own.heading,
          receiptLead: own.lead.replace('{signer}', () => input.signer.fullName),
          receiptVerify: own.verify,
        },
        label2: false,
      }),
    ],
    language: texts.locale,
    title: own.heading,
    footer: own.page,
    mark: input.environment === 'test' ? texts.test : undefined,
    createdAt: input.signer.signedAt,
  });
  return pdf;
}
