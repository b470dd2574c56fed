import type { Product, WantedFeature } from '../admin/index.ts';
import type { FieldError } from '../kernel/errors/segl-error.ts';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import type { DocumentRecord, SignerRecord } from './store.ts';

interface TypeFacts {
  product: Product;
  /** Whether the source is asked by the signer's national number. */
  byNationalNumber: boolean;
}

const SIGNER_TYPES = {
  personalInfo: { product: 'information.person', byNationalNumber: false },
  companyInfo: { product: 'information.company', byNationalNumber: false },
  companyInfoAutoComplete: { product: 'information.company', byNationalNumber: false },
  personalCreditCheck: { product: 'information.credit', byNationalNumber: true },
  businessCreditCheck: { product: 'information.credit', byNationalNumber: false },
  officialPersonalInfo: { product: 'information.person', byNationalNumber: true },
  bankIDApisAmlPersonSanctionPep: { product: 'information.aml', byNationalNumber: true },
  bankIDApisAmlPersonSanctionPepReport: { product: 'information.aml', byNationalNumber: true },
  bankIDApisAmlCurrentAddress: { product: 'information.person', byNationalNumber: true },
  vippsAmlPerson: { product: 'information.aml', byNationalNumber: true },
} as const satisfies Record<string, TypeFacts>;

export type SignerResourceType = keyof typeof SIGNER_TYPES;
export type ResourceType = SignerResourceType | 'rightsAndProkura';

export function factsOf(type: ResourceType): TypeFacts {
  return type === 'rightsAndProkura'
    ? { product: 'information.signroles', byNationalNumber: false }
    : SIGNER_TYPES[type];
}

/** As in requests; stored, passwords are taken out of `specialProperties` and sealed. */
export interface ExtraInfo {
  types?: ResourceType[];
  specialProperties?: Record<string, string>;
  /** Base64 by name. Never answered. */
  sealedProperties?: Record<string, string>;
}

const PASSWORDS: readonly string[] = ['bisnodePassword', 'officialPassword'];

/** The names there are, and what their values must be. Another one might hold a secret that nobody would know to seal. */
const PROPERTIES: Record<string, RegExp> = {
  bisnodeUsername: /./,
  bisnodePassword: /./,
  includePdfReports: /^(?:true|false)$/i,
  officialUsername: /./,
  officialPassword: /./,
  officialReason: /^\p{L}+$/u,
  officialSystem: /^\p{L}+$/u,
  amlNationality: /^[a-z]{2}$/i,
  amlLanguage: /^[a-z]{2}$/i,
  amlMode: /^(?:screen|identify_and_screen)$/i,
};
const LONGEST_PROPERTY = 200;

/** Whoever looks somebody up in the population register says why and for which system. */
const NEEDED: Partial<Record<ResourceType, readonly string[]>> = {
  officialPersonalInfo: ['officialReason', 'officialSystem'],
};

export function extraInfoErrors(extraInfo: ExtraInfo | undefined, field: string): FieldError[] {
  const properties = extraInfo?.specialProperties ?? {};
  const wrong = Object.entries(properties).flatMap(([name, value]): FieldError[] => {
    const path = `${field}.specialProperties.${name}`;
    const allowed = Object.hasOwn(PROPERTIES, name) ? PROPERTIES[name] : undefined;
    if (!allowed) return [{ field: path, code: 'enum', message: 'There is no such property.' }];
    if (value.length > LONGEST_PROPERTY) {
      return [{ field: path, code: 'max_length', message: `Must have at most ${LONGEST_PROPERTY} characters.` }];
    }
    return allowed.test(value) ? [] : [{ field: path, code: 'format', message: 'Is not what this property can be.' }];
  });
  const missing = (extraInfo?.types ?? []).flatMap((type) =>
    (NEEDED[type] ?? []).filter((name) => !Object.hasOwn(properties, name)).map((name) => ({ type, name })),
  );
  return [
    ...wrong,
    ...missing.map(({ type, name }) => ({
      field: `${field}.specialProperties.${name}`,
      code: 'required',
      message: `Is needed for ${type}.`,
    })),
  ];
}

/** What the account must have subscribed to for it. */
export function extraInfoFeatures(extraInfo: ExtraInfo | undefined, field: string): WantedFeature[] {
  return (extraInfo?.types ?? []).map((type, index) => ({
    product: factsOf(type).product,
    field: `${field}.types[${index}]`,
  }));
}

type Deps = { box: SecretBox };

/** As it is stored: passwords are sealed for the document or signer that they belong to. */
export function sealPasswords<T extends ExtraInfo | undefined>(deps: Deps, ownerId: string, extraInfo: T): T {
  if (!extraInfo?.specialProperties) return extraInfo;
  const given = Object.entries(extraInfo.specialProperties);
  const open = given.filter(([name]) => !PASSWORDS.includes(name));
  const sealed = given
    .filter(([name]) => PASSWORDS.includes(name))
    .map(([name, value]) => [name, deps.box.encrypt(Buffer.from(value, 'utf8'), aad(ownerId)).toString('base64')]);
  return {
    ...extraInfo,
    specialProperties: Object.fromEntries(open),
    sealedProperties: { ...extraInfo.sealedProperties, ...Object.fromEntries(sealed) },
  };
}

/** For a source: with the passwords. */
export function openProperties(deps: Deps, ownerId: string, extraInfo: ExtraInfo | undefined): Record<string, string> {
  const sealed = Object.entries(extraInfo?.sealedProperties ?? {});
  return {
    ...extraInfo?.specialProperties,
    ...Object.fromEntries(
      sealed.map(([name, value]) => [
        name,
        deps.box.decrypt(Buffer.from(value, 'base64'), aad(ownerId)).toString('utf8'),
      ]),
    ),
  };
}

function aad(ownerId: string): string {
  return `extra info ${ownerId}`;
}

/** Passwords are write-only. */
export function withoutPasswords<T extends ExtraInfo | undefined>(extraInfo: T): T {
  return extraInfo && { ...extraInfo, sealedProperties: undefined };
}

type Wanted = Pick<DocumentRecord, 'request'>;

/** What is collected of a signer, asked for there or for each signer of the document. */
export function signerResourceTypes(document: Wanted, signer: Pick<SignerRecord, 'request'>): SignerResourceType[] {
  const types: readonly ResourceType[] = [
    ...(signer.request.extraInfo?.types ?? []),
    ...(document.request.advanced.extraInfo?.types ?? []),
  ];
  return [...new Set(types)].filter((type) => type !== 'rightsAndProkura');
}

export function documentResourceTypes(document: Wanted): ResourceType[] {
  const types: readonly ResourceType[] = document.request.advanced.extraInfo?.types ?? [];
  return types.includes('rightsAndProkura') ? ['rightsAndProkura'] : [];
}
