import type { SigningMethod } from '../server/contract.ts';

/** The country whose eIDs the speakers of a language are most likely to have. */
const COUNTRIES: Partial<Record<string, string>> = { NO: 'NO', SV: 'SE', DA: 'DK', FI: 'FI' };

/** The method used last on this device comes first, then those of the language's own country; otherwise the sender's order. */
export function inOrderFor(
  language: string,
  lastUsed: string | null,
  methods: readonly SigningMethod[],
): SigningMethod[] {
  const rank = ({ method, countryCode }: SigningMethod) =>
    method === lastUsed ? 0 : countryCode === COUNTRIES[language] ? 1 : 2;
  return methods.toSorted((a, b) => rank(a) - rank(b));
}
