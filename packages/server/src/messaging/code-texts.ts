import type { Language } from './messaging-deps.ts';

/** `{code}` and `{account-name}` are put in. The code comes first: that is what a locked phone shows. */
const TEXTS: Partial<Record<Language, string>> & { EN: string } = {
  EN: '{code} is your code for {account-name}. It is valid for 5 minutes. Do not give it to anybody.',
  NO: '{code} er koden din til {account-name}. Den gjelder i 5 minutter. Ikke gi den til noen.',
  DA: '{code} er din kode til {account-name}. Den gælder i 5 minutter. Giv den ikke til nogen.',
  SV: '{code} är din kod till {account-name}. Den gäller i 5 minuter. Lämna inte ut den till någon.',
  FI: '{code} on koodisi palveluun {account-name}. Se on voimassa 5 minuuttia. Älä anna sitä kenellekään.',
};

/** What the SMS with a code says; nothing of the document. */
export function codeText({ language, accountName }: { language: Language; accountName: string }, code: string): string {
  return (TEXTS[language] ?? TEXTS.EN).replace('{code}', () => code).replace('{account-name}', () => accountName);
}
