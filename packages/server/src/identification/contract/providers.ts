import { stringEnum } from '../../kernel/contract/primitives.ts';

/** Every eID by its name in the newer API, the names of the older one, and the names that other parts of the API use. */
const NAMES = {
  no_bankid_netcentric: { v1: ['NO_BANKID_WEB'], others: ['no_bankid', 'no_bankid_csc', 'nobank'] },
  no_bankid_mobile: { v1: ['NO_BANKID_MOBILE'], others: [] },
  no_buypass: { v1: ['NO_BUYPASS'], others: ['buypass'] },
  se_bankid: { v1: ['SWE_BANKID', 'SWE_BANKID_MOBILE'], others: ['swebank'] },
  dk_nemid: { v1: ['DA_NEMID'], others: ['nemid'] },
  mitid: { v1: [], others: [] },
  fi_eid: {
    v1: ['FI_TUPAS', 'FI_FTN', 'FI_MOBIILIVARMENNE'],
    others: ['tupas'],
  },
  freja: { v1: [], others: [] },
  itsme: { v1: [], others: [] },
  idin: { v1: [], others: [] },
  digid: { v1: [], others: ['nl_digid'] },
  eherkenning: { v1: [], others: [] },
  sms_otp: { v1: ['SMS_OTP'], others: [] },
  email_otp: { v1: [], others: [] },
  github: { v1: ['GitHub'], others: [] },
  google: { v1: ['Google'], others: [] },
  linkedin: { v1: ['LinkedIn'], others: [] },
  microsoft: { v1: ['Microsoft'], others: [] },
  facebook: { v1: ['Facebook'], others: [] },
  mobile_connect: { v1: ['MOBILECONNECT'], others: ['mconnect'] },
} as const;

export type ProviderName = keyof typeof NAMES;
export const PROVIDER_NAMES = Object.keys(NAMES) as ProviderName[];

export function isProviderName(word: string): word is ProviderName {
  return Object.hasOwn(NAMES, word);
}

const providerOfWord = new Map<string, ProviderName>();
for (const name of PROVIDER_NAMES) {
  for (const word of [name, ...NAMES[name].v1, ...NAMES[name].others]) providerOfWord.set(word.toLowerCase(), name);
}

/** The eID of a name in any spelling; `undefined` for what is none, `UNKNOWN` included. */
export function providerNamed(word: string): ProviderName | undefined {
  return providerOfWord.get(word.trim().toLowerCase());
}

/** Its name in the older API; `undefined` when it has none there. */
export function olderName(name: ProviderName): string | undefined {
  return NAMES[name].v1[0];
}

const olderNames = PROVIDER_NAMES.flatMap((name): string[] => [...NAMES[name].v1]);
const withoutOlderName = PROVIDER_NAMES.filter((name) => NAMES[name].v1.length === 0);

/** Further spellings, each with the one of `known` that stands for the same eID. */
function aliases(known: readonly string[]): Record<string, string> {
  const spelling = new Map(known.flatMap((one) => [[one.toLowerCase(), one]]) as [string, string][]);
  return Object.fromEntries(
    [...providerOfWord]
      .filter(([word]) => !spelling.has(word))
      .map(([word, name]) => [word, known.find((one) => providerNamed(one) === name)!]),
  );
}

/** A provider in requests of the newer API. */
export const Provider = (description: string) => {
  const names: readonly string[] = PROVIDER_NAMES;
  return stringEnum(names, { description, aliases: aliases(names) });
};

/** A provider in requests of the older API; `UNKNOWN` stands for none. */
export const OlderProviderInput = (description: string) => {
  const known = ['UNKNOWN', ...olderNames, ...withoutOlderName];
  return stringEnum(known, { description, aliases: aliases(known) });
};

/** A provider in answers of the older API. */
export const OlderProvider = (description: string) => stringEnum(['UNKNOWN', ...olderNames], { description });
