import { createHmac, hkdfSync, randomInt } from 'node:crypto';

export const CODE_DIGITS = 6;
export const CODE_LIFE_MS = 5 * 60_000;
export const CODE_TRIES = 3;
export const CODE_SENDS_PER_SESSION = 3;
export const CODE_SENDS_PER_DAY = 10;
export const CODE_RESEND_MS = 30_000;

/** Codes and numbers as they are stored: as keyed hashes, because there are few enough of both to try them all. */
export interface OneTimeCodes {
  newCode(): string;
  codeHash(sessionId: string, code: string): Buffer;
  /** `number` in E.164. */
  numberHash(number: string): Buffer;
}

export function createOneTimeCodes(masterKey: Buffer): OneTimeCodes {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', 'segl one-time code v1', 32));
  const hash = (kind: string, text: string) => createHmac('sha256', key).update(`${kind}\0${text}`, 'utf8').digest();
  return {
    newCode: () => String(randomInt(10 ** CODE_DIGITS)).padStart(CODE_DIGITS, '0'),
    codeHash: (sessionId, code) => hash('code', `${sessionId}\0${code}`),
    numberHash: (number) => hash('number', number),
  };
}

/** `+4791234123` → `+47 ••• •• 123`. */
export function maskedNumber({ countryCode, number }: { countryCode?: string; number?: string }): string {
  return `${countryCode ?? ''} ••• •• ${(number ?? '').slice(-3)}`.trim();
}
