import type { AccountFacts, DocumentFacts, EvidenceInput, EvidenceSigner } from './evidence-pages.ts';
import { type EvidenceTexts, evidenceTextsOf } from './evidence-texts.ts';
import type { HowSigned } from './how-signed.ts';
import type { PadesTemplate } from './pades-template.ts';
import { pictureSource } from './pages/pictures.ts';

/** What templates see. National numbers are no part of it; only our own pages get them, where the sender wants that. */
export interface PageData {
  document: {
    id: string;
    externalId: string;
    title: string;
    description: string;
    fileName: string;
    sha256: string;
    created: string;
    signed: string;
    pages: number | '';
  };
  account: { name: string; orgNumber: string; logo: string };
  signers: SignerData[];
  attachments: { title: string; fileName: string; sha256: string }[];
  history: { time: string; text: string }[];
  label: Labels;
  /** In a second language, what differs from the first. */
  label2: Labels | false;
  /** Whose seal is in the file. */
  seal: string;
  timeZone: string;
  generated: string;
}

export interface SignerData {
  index: number;
  name: string;
  dateOfBirth: string;
  method: string;
  methodName: string;
  how: string;
  uniqueId: string;
  nationalNumber?: string;
  signedTime: string;
  mechanism: string;
  organization: string;
  ipAddress: string;
  picture: string;
  certificate: { issuer: string; subject: string; serial: string; validFrom: string; validTo: string };
}

export type Labels = Record<string, string>;

/** The data for evidence pages. `inFront`: their cover stands before the document. */
export function pageData(input: EvidenceInput, inFront: boolean): PageData {
  const { template } = input;
  const [texts, second] = evidenceTextsOf(input.languages);
  const timeOf = timesIn(template?.timeZone.iana);
  const labelsFor = (one: EvidenceTexts, language: string | undefined) => ({
    ...labelsOf(one, input.apart ? 'apart' : inFront ? 'in_front' : 'behind'),
    ...template?.labels[language ?? ''],
  });
  const label = labelsFor(texts, input.languages[0]);
  return {
    document: documentData(input, timeOf),
    account: accountData(input.account, template),
    signers: input.signers.map((signer, index) => signerData(signer, index + 1, texts, timeOf, template === undefined)),
    attachments: input.attachments.map(({ title, fileName, contentSha256 }) => ({
      title,
      fileName,
      sha256: contentSha256,
    })),
    history: input.history.map((step) => ({
      time: timeOf(step.occurredAt),
      text: inBoth(historyText(texts, step, input.signers), second && historyText(second, step, input.signers)),
    })),
    label,
    label2: second ? differing(labelsFor(second, input.languages[1]), label) : false,
    seal: input.account.name,
    timeZone: template?.timeZone.name ?? 'UTC',
    generated: timeOf(input.now),
  };
}

export function documentData(facts: DocumentFacts, timeOf: (at: Date) => string): PageData['document'] {
  return {
    id: facts.documentId,
    externalId: facts.externalId,
    title: facts.title,
    description: facts.description ?? '',
    fileName: facts.fileName,
    sha256: facts.contentSha256,
    created: timeOf(facts.createdAt),
    signed: facts.signedAt ? timeOf(facts.signedAt) : '',
    pages: facts.pageCount ?? '',
  };
}

export function accountData(account: AccountFacts, template: PadesTemplate | undefined): PageData['account'] {
  const logo = template?.includeLogo === false ? undefined : (template?.logo ?? account.logo);
  return { name: account.name, orgNumber: account.orgNumber ?? '', logo: logo ? pictureSource(logo) : '' };
}

export function signerData(
  signer: EvidenceSigner,
  index: number,
  texts: EvidenceTexts,
  timeOf: (at: Date) => string,
  withNationalNumber: boolean,
): SignerData {
  const { certificate, nationalNumber } = signer;
  return {
    index,
    name: signer.fullName,
    dateOfBirth: signer.dateOfBirth ?? '',
    method: signer.method,
    methodName: signer.methodName,
    how: texts.how[signer.how].replace('{method}', () => signer.methodName),
    uniqueId: signer.uniqueId ?? '',
    ...(withNationalNumber && nationalNumber ? { nationalNumber } : {}),
    signedTime: timeOf(signer.signedAt),
    mechanism: signer.mechanism,
    organization: '',
    ipAddress: signer.clientIp ?? '',
    picture: signer.picture ? pictureSource(signer.picture) : '',
    certificate: {
      issuer: certificate?.issuer ?? '',
      subject: certificate?.subject ?? '',
      serial: certificate?.serial ?? '',
      validFrom: certificate ? timeOf(certificate.validFrom) : '',
      validTo: certificate ? timeOf(certificate.validTo) : '',
    },
  };
}

/** Texts as templates name them. */
export function labelsOf(texts: EvidenceTexts, pages: 'behind' | 'in_front' | 'apart'): Labels {
  const { how: _, kinds: __, locale, leadApart, leadInFront, verifyApart, ...labels } = texts;
  return {
    ...labels,
    language: locale,
    lead: { behind: texts.lead, in_front: leadInFront, apart: leadApart }[pages],
    verify: pages === 'apart' ? verifyApart : texts.verify,
  };
}

function differing(labels: Labels, first: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key, text]) => first[key] !== text));
}

function inBoth(first: string, second: string | undefined): string {
  return second === undefined || second === first ? first : `${first} / ${second}`;
}

const SIGNED_KINDS: Record<HowSigned, string> = {
  own_key: 'signed',
  eid: 'signed',
  accepted: 'signed_by_acceptance',
  handwritten: 'signed_by_hand',
  handwritten_after_login: 'signed_by_hand',
};

function historyText(
  texts: EvidenceTexts,
  step: EvidenceInput['history'][number],
  signers: readonly EvidenceSigner[],
): string {
  const signer = signers.find((one) => one.signerId === step.signerId);
  const method = signers.find((one) => one.method === step.method)?.methodName ?? step.method ?? '';
  const kind = step.kind === 'signed' && signer ? SIGNED_KINDS[signer.how] : step.kind;
  return (texts.kinds[kind] ?? kind)
    .replaceAll('{signer}', () => signer?.fullName ?? texts.signers)
    .replace('{method}', () => method);
}

/**
 * `2026-03-01 13:00:05 UTC`, or `2026-03-01 14:00:05 UTC+01:00` in a zone: the same in every language, so that two readers
 * never disagree about a time.
 */
export function timesIn(timeZone: string | undefined): (instant: Date) => string {
  if (timeZone === undefined) return (instant) => `${instant.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const offset = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' });
  return (instant) => {
    const name = offset.formatToParts(instant).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT';
    return `${format.format(instant)} ${name.replace('GMT', 'UTC')}`;
  };
}
