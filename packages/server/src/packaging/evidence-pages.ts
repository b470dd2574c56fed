import { evidenceTextsOf } from './evidence-texts.ts';
import type { HowSigned } from './how-signed.ts';
import type { PadesTemplate } from './pades-template.ts';
import { pageData } from './page-data.ts';
import { coverHtml, detailsHtml, evidenceHtml, fillIn } from './page-html.ts';
import { type FieldPlace, setPages } from './pages/set-pages.ts';

export interface EvidenceSigner {
  signerId: string;
  fullName: string;
  /** `YYYY-MM-DD`. */
  dateOfBirth: string | undefined;
  method: string;
  methodName: string;
  mechanism: string;
  how: HowSigned;
  /** PNG of what was written by hand. */
  picture: Uint8Array | undefined;
  uniqueId: string | undefined;
  nationalNumber: string | undefined;
  signedAt: Date;
  clientIp: string | undefined;
  /** Of the key that stands for the signer in the file, where there is one. */
  certificate?: CertificateFacts;
}

export interface CertificateFacts {
  issuer: string;
  subject: string;
  serial: string;
  validFrom: Date;
  validTo: Date;
}

export interface DocumentFacts {
  documentId: string;
  title: string;
  description: string | undefined;
  fileName: string;
  /** Absent of what has no pages. */
  pageCount: number | undefined;
  contentSha256: string;
  externalId: string;
  createdAt: Date;
  signedAt: Date | undefined;
  account: AccountFacts;
}

export interface AccountFacts {
  name: string;
  orgNumber: string | undefined;
  /** PNG or JPEG. */
  logo: Uint8Array | undefined;
}

export interface EvidenceInput extends DocumentFacts {
  /** The first one, and perhaps a second one. */
  languages: string[];
  environment: 'test' | 'prod';
  /** The pages are a file of their own. */
  apart?: boolean;
  signers: EvidenceSigner[];
  history: { occurredAt: Date; kind: string; signerId: string | undefined; method: string | undefined }[];
  attachments: { title: string; fileName: string; contentSha256: string }[];
  /** Of the account, for these pages. */
  template?: PadesTemplate;
  /** When the pages are made. */
  now: Date;
}

export interface EvidencePages {
  pdf: Uint8Array;
  /** One place per signer, in the order of `signers`; none where a template has none for them. */
  signerPlaces: (FieldPlace | undefined)[];
  /** How many of the pages go before the document. */
  pagesInFront: number;
}

/**
 * The pages that tell people what the signatures in the file prove: document, signers, history. Each signer's block is
 * the place of that signer's signature field.
 */
export async function renderEvidencePages(input: EvidenceInput): Promise<EvidencePages> {
  const { template } = input;
  const [texts] = evidenceTextsOf(input.languages);
  const inFront = template?.coverPageSetting === 'FIRSTPAGE' && !input.apart;
  const data = pageData(input, inFront);
  const language = input.languages[0] ?? 'EN';
  const parts = partsOf(template, language, inFront);
  const pages = await setPages({
    parts: parts.map((html) => fillIn(html, data)),
    language: texts.locale,
    title: data.label.heading ?? '',
    footer: template?.verifiedTemplate[language] ?? data.label.page ?? '',
    mark: input.environment === 'test' ? texts.test : undefined,
    createdAt: input.createdAt,
  });
  return {
    pdf: pages.pdf,
    signerPlaces: input.signers.map((_, index) => pages.signerPlaces.get(index + 1)),
    pagesInFront: inFront ? pages.pageCounts[0]! : 0,
  };
}

/** A cover that goes in front is a part of its own, and so is each that a template brings. */
function partsOf(template: PadesTemplate | undefined, language: string, inFront: boolean): string[] {
  const own = { cover: template?.coverPageHtml, details: template?.detailsPageHtml[language] };
  if (template?.coverPageSetting === 'HIDDEN') return [own.details ?? detailsHtml()];
  if (!inFront && own.cover === undefined && own.details === undefined) return [evidenceHtml()];
  return [own.cover ?? coverHtml(), own.details ?? detailsHtml()];
}
