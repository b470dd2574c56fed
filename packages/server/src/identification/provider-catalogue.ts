import type { EidRegistry } from '../eid/index.ts';
import type { Environment } from '../kernel/events/events.ts';
import { PROVIDER_NAMES, type ProviderName } from './contract/providers.ts';
import type { SessionLanguage } from './contract/session.ts';

interface CatalogueEntry {
  /** In English. */
  displayName: string;
  /** As it calls itself at home. */
  ownName: string;
  /** ISO 3166 code; absent: of no one country. */
  country?: string;
  /** Runs without a page of ours. */
  headless?: true;
  /** It is closed, and this one took its place: offered to those who ask for it by name, and to nobody else. */
  replacedBy?: ProviderName;
}

const CATALOGUE: Record<ProviderName, CatalogueEntry> = {
  no_bankid_netcentric: { displayName: 'Norwegian BankID', ownName: 'BankID', country: 'NO' },
  no_bankid_mobile: { displayName: 'BankID on mobile', ownName: 'BankID på mobil', country: 'NO', headless: true },
  no_buypass: { displayName: 'Buypass ID', ownName: 'Buypass ID', country: 'NO' },
  se_bankid: { displayName: 'Swedish BankID', ownName: 'BankID', country: 'SE', headless: true },
  dk_nemid: { displayName: 'NemID', ownName: 'NemID', country: 'DK', replacedBy: 'mitid' },
  mitid: { displayName: 'MitID', ownName: 'MitID', country: 'DK' },
  fi_eid: { displayName: 'Finnish bank IDs', ownName: 'Pankkitunnukset', country: 'FI' },
  freja: { displayName: 'Freja eID', ownName: 'Freja eID', country: 'SE', headless: true },
  itsme: { displayName: 'itsme', ownName: 'itsme', country: 'BE' },
  idin: { displayName: 'iDIN', ownName: 'iDIN', country: 'NL' },
  digid: { displayName: 'DigiD', ownName: 'DigiD', country: 'NL' },
  eherkenning: { displayName: 'eHerkenning', ownName: 'eHerkenning', country: 'NL' },
  sms_otp: { displayName: 'Code by SMS', ownName: 'SMS' },
  email_otp: { displayName: 'Code by e-mail', ownName: 'E-mail' },
  github: { displayName: 'GitHub', ownName: 'GitHub' },
  google: { displayName: 'Google', ownName: 'Google' },
  linkedin: { displayName: 'LinkedIn', ownName: 'LinkedIn' },
  microsoft: { displayName: 'Microsoft', ownName: 'Microsoft' },
  facebook: { displayName: 'Facebook', ownName: 'Facebook' },
  mobile_connect: { displayName: 'Mobile Connect', ownName: 'Mobile Connect' },
};

const DESCRIPTIONS: Record<SessionLanguage, { from: string; anywhere: string; countries: Record<string, string> }> = {
  en: {
    from: 'eID from',
    anywhere: 'For users of any country',
    countries: { NO: 'Norway', SE: 'Sweden', DK: 'Denmark', FI: 'Finland', BE: 'Belgium', NL: 'the Netherlands' },
  },
  no: {
    from: 'eID fra',
    anywhere: 'For brukere fra alle land',
    countries: { NO: 'Norge', SE: 'Sverige', DK: 'Danmark', FI: 'Finland', BE: 'Belgia', NL: 'Nederland' },
  },
  sv: {
    from: 'e-legitimation från',
    anywhere: 'För användare från alla länder',
    countries: { NO: 'Norge', SE: 'Sverige', DK: 'Danmark', FI: 'Finland', BE: 'Belgien', NL: 'Nederländerna' },
  },
  da: {
    from: 'eID fra',
    anywhere: 'For brugere fra alle lande',
    countries: { NO: 'Norge', SE: 'Sverige', DK: 'Danmark', FI: 'Finland', BE: 'Belgien', NL: 'Nederlandene' },
  },
  fi: {
    from: 'Sähköinen tunnistusväline:',
    anywhere: 'Kaikkien maiden käyttäjille',
    countries: { NO: 'Norja', SE: 'Ruotsi', DK: 'Tanska', FI: 'Suomi', BE: 'Belgia', NL: 'Alankomaat' },
  },
  de: {
    from: 'eID aus',
    anywhere: 'Für Nutzer aus allen Ländern',
    countries: {
      NO: 'Norwegen',
      SE: 'Schweden',
      DK: 'Dänemark',
      FI: 'Finnland',
      BE: 'Belgien',
      NL: 'den Niederlanden',
    },
  },
};

/** The eIDs that sessions of this environment can use, in the order of the catalogue. */
export function usableProviders(eids: EidRegistry, environment: Environment): ProviderName[] {
  const offered = new Set(eids.list(environment).map(({ method }) => method));
  return PROVIDER_NAMES.filter((name) => offered.has(name));
}

/** Those of them between which a user chooses where the caller names none. */
export function choosableProviders(eids: EidRegistry, environment: Environment): ProviderName[] {
  return usableProviders(eids, environment).filter((name) => CATALOGUE[name].replacedBy === undefined);
}

export function isHeadless(name: ProviderName): boolean {
  return CATALOGUE[name].headless === true;
}

export function countryOf(name: ProviderName): string | undefined {
  return CATALOGUE[name].country;
}

/** Its name as people of the language know it. In its own country an eID is called what it calls itself. */
export function providerLabel(name: ProviderName, language: SessionLanguage | 'none'): string {
  const { displayName, ownName, country } = CATALOGUE[name];
  const home = { no: 'NO', sv: 'SE', da: 'DK', fi: 'FI', en: '', de: '' };
  return language === 'none' || (country !== undefined && home[language] === country) ? ownName : displayName;
}

export function providerDescription(name: ProviderName, language: SessionLanguage): string {
  const { from, anywhere, countries } = DESCRIPTIONS[language];
  const { country } = CATALOGUE[name];
  return country === undefined ? anywhere : `${from} ${countries[country]}`;
}
