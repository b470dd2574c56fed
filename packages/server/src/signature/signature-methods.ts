import { MECHANISMS, type Mechanism, type SignatureMethod, type SignatureType } from './contract/document.ts';
import type { FileType } from './contract/lists.ts';

export interface MethodFacts {
  name: string;
  description: { en: string; no: string };
  /** File types over which the eID itself can sign; empty for those that only tell who somebody is. */
  signs: readonly FileType[];
  /** An older name of this one: offered to those who ask for it by name, and to nobody else. */
  replacedBy?: SignatureMethod;
}

const BANK_LOGIN = {
  en: 'Log in with the codes of your own bank.',
  no: 'Logg inn med kodene fra banken din.',
};

/** What is known of each method, whether or not an instance offers it. The order is that of lists. */
export const METHOD_FACTS: Record<Exclude<SignatureMethod, 'unknown'>, MethodFacts> = {
  no_bankid: {
    name: 'BankID',
    description: {
      en: 'Norwegian BankID, in the browser or on the mobile.',
      no: 'Norsk BankID, i nettleseren eller på mobilen.',
    },
    signs: ['pdf', 'txt', 'xml'],
  },
  no_bankid_netcentric: {
    name: 'BankID',
    description: {
      en: 'Norwegian BankID with the app or a code device.',
      no: 'Norsk BankID med appen eller kodebrikke.',
    },
    signs: ['pdf', 'txt', 'xml'],
  },
  no_bankid_mobile: {
    name: 'BankID på mobil',
    description: { en: 'Norwegian BankID on the SIM card.', no: 'Norsk BankID på SIM-kortet.' },
    signs: ['txt'],
  },
  no_bankid_csc: {
    name: 'BankID',
    description: {
      en: 'Norwegian BankID that signs the PDF file itself.',
      no: 'Norsk BankID som signerer selve PDF-filen.',
    },
    signs: ['pdf'],
  },
  no_buypass: {
    name: 'Buypass ID',
    description: { en: 'Buypass on a smart card or the mobile.', no: 'Buypass på smartkort eller mobil.' },
    signs: ['pdf', 'txt'],
  },
  no_commfides: {
    name: 'Commfides',
    description: { en: 'Commfides on a smart card or USB stick.', no: 'Commfides på smartkort eller USB-pinne.' },
    signs: ['pdf', 'txt'],
  },
  se_bankid: {
    name: 'Svenskt BankID',
    description: {
      en: 'Swedish BankID, on this or another device.',
      no: 'Svensk BankID, på denne eller en annen enhet.',
    },
    signs: ['pdf', 'txt'],
  },
  dk_nemid: {
    name: 'NemID',
    description: { en: 'Danish NemID, which MitID has replaced.', no: 'Dansk NemID, som MitID har erstattet.' },
    signs: ['pdf', 'txt', 'html', 'xml'],
    replacedBy: 'mitid',
  },
  mitid: {
    name: 'MitID',
    description: { en: 'Danish MitID with the app or a code display.', no: 'Dansk MitID med appen eller kodeviser.' },
    signs: ['pdf', 'txt'],
  },
  fi_tupas: { name: 'Tupas', description: BANK_LOGIN, signs: [], replacedBy: 'fi_eid' },
  fi_eid: {
    name: 'Finnish Trust Network',
    description: { en: 'Finnish bank codes or mobile certificate.', no: 'Finske bankkoder eller mobilsertifikat.' },
    signs: [],
  },
  fi_mobiilivarmenne: {
    name: 'Mobiilivarmenne',
    description: { en: 'Finnish mobile certificate on the SIM card.', no: 'Finsk mobilsertifikat på SIM-kortet.' },
    signs: [],
    replacedBy: 'fi_eid',
  },
  sms_otp: {
    name: 'SMS',
    description: { en: 'A code that is sent to your mobile.', no: 'En kode som sendes til mobilen din.' },
    signs: [],
  },
  itsme: {
    name: 'itsme',
    description: { en: 'Belgian digital identity in an app.', no: 'Belgisk digital identitet i en app.' },
    signs: ['pdf'],
  },
  idin: { name: 'iDIN', description: BANK_LOGIN, signs: [] },
  digid: {
    name: 'DigiD',
    description: { en: 'The Dutch public login.', no: 'Den nederlandske offentlige innloggingen.' },
    signs: [],
  },
  nl_digid: {
    name: 'DigiD',
    description: {
      en: 'The Dutch public login, by its older name.',
      no: 'Den nederlandske offentlige innloggingen, med det eldre navnet.',
    },
    signs: [],
  },
  eherkenning: {
    name: 'eHerkenning',
    description: { en: 'Dutch login for organisations.', no: 'Nederlandsk innlogging for virksomheter.' },
    signs: [],
  },
  freja: {
    name: 'Freja eID',
    description: { en: 'Swedish digital identity in an app.', no: 'Svensk digital identitet i en app.' },
    signs: [],
  },
  es_dni: {
    name: 'DNI electrónico',
    description: { en: 'The Spanish identity card.', no: 'Det spanske identitetskortet.' },
    signs: [],
  },
  ee_esteid: {
    name: 'ID-kaart',
    description: { en: 'The Estonian identity card.', no: 'Det estiske identitetskortet.' },
    signs: [],
  },
  mobile_connect: {
    name: 'Mobile Connect',
    description: { en: 'Login with the mobile operator.', no: 'Innlogging med mobiloperatøren.' },
    signs: [],
  },
  identification_papers: {
    name: 'ID',
    description: {
      en: 'A picture of your passport or identity card.',
      no: 'Et bilde av passet eller identitetskortet ditt.',
    },
    signs: [],
  },
  social: {
    name: 'Social login',
    description: { en: 'An account that you have elsewhere.', no: 'En konto du har et annet sted.' },
    signs: [],
  },
};

/** Where Segl seals what somebody accepted, the eID need not sign; the files are then those that Segl can show. */
const SEALED_TYPES: readonly FileType[] = ['pdf', 'txt'];

/** The file types that can be signed in this way with a method that itself signs `signs`. */
export function signableTypes(mechanism: Mechanism, signs: readonly FileType[]): readonly FileType[] {
  return mechanism === 'pkisignature' ? signs : SEALED_TYPES;
}

/** What a signer does to sign, by the mechanism. */
export interface SigningSteps {
  /** Goes to an eID. */
  eid: boolean;
  /** The eID itself makes the signature; otherwise it is sealed here. */
  native: boolean;
  /** Draws or types a signature. */
  handwriting: boolean;
}

export function signingSteps(signatureType: SignatureType): SigningSteps {
  switch (signatureType.mechanism) {
    case 'pkisignature':
      return { eid: true, native: true, handwriting: false };
    case 'identification':
      return { eid: true, native: false, handwriting: false };
    case 'handwritten':
      return { eid: false, native: false, handwriting: true };
    case 'handwritten_with_identification':
      return { eid: true, native: false, handwriting: true };
    case 'eaccept':
      return { eid: true, native: false, handwriting: signatureType.onEacceptUseHandWrittenSignature === true };
  }
}

/** How people are told that a signature was made: by the eID's name, or that there was none. */
export function signatureName(eidName: string | undefined, { method }: { method: string }): string {
  return eidName ?? (method === 'unknown' ? 'Handwritten signature' : method);
}

/** The ways of signing that this version has, whatever an eID could do. */
export const OFFERED_MECHANISMS: readonly Mechanism[] = MECHANISMS;

/** Whether an eID is one that documents can be signed with; others serve identification alone. */
export function isSignatureMethod(method: string): method is keyof typeof METHOD_FACTS {
  return Object.hasOwn(METHOD_FACTS, method);
}

/** What there is to choose from where nobody names a method. */
export function withoutOlderNames(methods: readonly string[]): string[] {
  return methods.filter((method) => !(isSignatureMethod(method) && METHOD_FACTS[method].replacedBy));
}
