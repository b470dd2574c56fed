import type { EidStart } from '../eid-provider.ts';
import { type BoundFiles, isSha256Hex } from '../oidc/document-binding.ts';

/** The two texts that a person signs with BankID: one is shown in the app, the other is for machines. */
export interface SignedTexts {
  visible: string;
  nonVisible: string;
}

/** What the machines' text says. `login` is random, so that no two logins are alike. */
export interface BoundLogin extends BoundFiles {
  login: string;
  /** Absent in a signature. */
  purpose?: 'identify';
}

/** Much less than the 30 000 bytes that BankID takes for signing, and than the 1125 for a login. */
const maxNameLength = 200;

interface Phrases {
  sign: string;
  login: string;
  attachment: string;
}

const english: Phrases = { sign: 'I sign', login: 'I identify myself to', attachment: 'Attachment' };
const phrases: Record<string, Phrases> = {
  sv: { sign: 'Jag skriver under', login: 'Jag legitimerar mig för', attachment: 'Bilaga' },
  no: { sign: 'Jeg signerer', login: 'Jeg identifiserer meg for', attachment: 'Vedlegg' },
  da: { sign: 'Jeg underskriver', login: 'Jeg identificerer mig over for', attachment: 'Bilag' },
  fi: { sign: 'Allekirjoitan', login: 'Tunnistaudun palveluun', attachment: 'Liite' },
};

/**
 * Of a signature both texts name the files by their SHA-256, so that either alone proves what was signed. Who identifies
 * themselves has seen nothing of the document yet: only the machines' text says for which one the login was.
 */
export function createSignedTexts(
  input: Pick<
    EidStart,
    'purpose' | 'accountName' | 'documentTitle' | 'documentSha256' | 'attachmentSha256' | 'language'
  >,
  login: string,
): SignedTexts {
  const { documentSha256, attachmentSha256 = [] } = input;
  const { sign, login: identify, attachment } = phrases[input.language] ?? english;
  const account = oneLine(input.accountName);
  const lines =
    input.purpose === 'sign'
      ? [
          `${sign}: ${oneLine(input.documentTitle ?? '')}`,
          account,
          `SHA-256: ${documentSha256}`,
          ...attachmentSha256.map((digest, index) => `${attachment} ${index + 1}, SHA-256: ${digest}`),
        ]
      : [`${identify} ${account}`];
  const isSignature = input.purpose === 'sign';
  const bound: BoundLogin = {
    login,
    ...(isSignature ? {} : { purpose: 'identify' }),
    ...(documentSha256 === undefined ? {} : { documentSha256 }),
    // The text of a login is short, and nothing else is signed with it.
    ...(isSignature && attachmentSha256.length > 0 ? { attachmentSha256 } : {}),
  };
  return { visible: lines.join('\n'), nonVisible: JSON.stringify(bound) };
}

/** Nothing when it is not such a text, or when the text that was shown does not name the same document. */
export function readSignedTexts({ visible, nonVisible }: SignedTexts): BoundLogin | undefined {
  let value: Partial<BoundLogin> | null;
  try {
    value = JSON.parse(nonVisible) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || typeof value.login !== 'string') return undefined;
  const { login, purpose, documentSha256, attachmentSha256 } = value;
  if (documentSha256 === undefined) return attachmentSha256 === undefined ? { login } : undefined;
  const digests = attachmentSha256 ?? [];
  if (!Array.isArray(digests) || ![documentSha256, ...digests].every(isSha256Hex)) return undefined;
  if (purpose === 'identify') return digests.length === 0 ? { login, purpose, documentSha256 } : undefined;
  const shown = visible.split('\n');
  if (![documentSha256, ...digests].every((digest) => shown.some((line) => line.endsWith(`SHA-256: ${digest}`)))) {
    return undefined;
  }
  return { login, documentSha256, ...(digests.length > 0 ? { attachmentSha256: digests } : {}) };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, maxNameLength);
}
