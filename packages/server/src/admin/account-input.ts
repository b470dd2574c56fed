import { Text } from '../kernel/contract/primitives.ts';
import type { FieldError } from '../kernel/errors/segl-error.ts';
import { violations } from '../kernel/http/validation.ts';
import type { AccountDetails } from './account-store.ts';
import { invalidInput } from './client-input.ts';
import type { CreateAccountRequest, UpdateAccountRequest } from './contract/account.ts';

export const NO_DETAILS: AccountDetails = {
  name: '',
  mvaNumber: '',
  companyPhone: '',
  companyEmail: '',
  companyUrl: null,
  country: 'NO',
  contact: null,
  address: null,
  dealerId: null,
  dealerReference: null,
  smsSender: null,
};

const PHONE = /^\+?[\d ()./-]{3,30}$/;
const SMS_SENDER = /^([A-Za-z0-9]{1,11}|\+?\d{5,15})$/;
const REGIONS = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

const isEmail = formatCheck('email');
export const isHttpUrl = formatCheck('http-url');

function formatCheck(format: string): (text: string) => boolean {
  const schema = Text({ format });
  return (text) => violations(schema, text).length === 0;
}

/** An organisation number as it is compared: `NO 987 654 321 MVA` is `987654321`. */
export function plainMvaNumber(text: string): string {
  return text.replace(/[\p{L}\s]/gu, '');
}

/**
 * The account after the request: what it leaves out stays, an empty text clears. Its dealer is not looked at here. Throws
 * 400 naming every mistake.
 */
export function detailsAfter(
  body: CreateAccountRequest | UpdateAccountRequest,
  before: AccountDetails,
): AccountDetails {
  const errors: FieldError[] = [];
  const refuse = (field: string, code: 'format' | 'email' | 'url' | 'enum', message: string) =>
    errors.push({ field, code, message });

  const required = (field: 'Name' | 'MvaNumber' | 'CompanyPhone' | 'CompanyEmail', kept: string): string => {
    const given = body[field]?.trim();
    if (given === '') errors.push({ field, code: 'required', message: 'Required, and cannot be cleared.' });
    return given || kept;
  };

  const name = required('Name', before.name);
  const mvaNumber = plainMvaNumber(required('MvaNumber', before.mvaNumber));
  if (body.MvaNumber?.trim() && !/^(?=.*\d)[\d./-]{3,30}$/.test(mvaNumber)) {
    refuse('MvaNumber', 'format', 'Must be an organisation number: digits, besides letters and blanks.');
  }
  const companyPhone = required('CompanyPhone', before.companyPhone);
  if (body.CompanyPhone?.trim() && !PHONE.test(companyPhone)) {
    refuse('CompanyPhone', 'format', 'Must be a phone number.');
  }
  const companyEmail = required('CompanyEmail', before.companyEmail);
  if (body.CompanyEmail?.trim() && !isEmail(companyEmail)) {
    refuse('CompanyEmail', 'email', 'Must be an e-mail address.');
  }
  const companyUrl = textAfter(body.CompanyUrl, before.companyUrl);
  if (body.CompanyUrl?.trim() && !isHttpUrl(body.CompanyUrl.trim())) {
    refuse('CompanyUrl', 'url', 'Must be an absolute URL.');
  }
  const country = (textAfter(body.Country, before.country) ?? NO_DETAILS.country).toUpperCase();
  if (!/^[A-Z]{2}$/.test(country) || REGIONS.of(country) === undefined) {
    refuse('Country', 'enum', 'Must be a country by ISO 3166, such as NO.');
  }
  const smsSender = textAfter(body.Settings?.SMSSender, before.smsSender);
  if (body.Settings?.SMSSender?.trim() && !SMS_SENDER.test(smsSender ?? '')) {
    refuse('Settings.SMSSender', 'format', 'Must be at most 11 letters and digits, or a phone number.');
  }
  const contact = membersAfter(body.Contact, before.contact);
  if (body.Contact && contact) errors.push(...contactFaults(contact));
  const address = membersAfter(body.Address, before.address);
  if (errors.length > 0) throw invalidInput(errors);
  const { dealerId, dealerReference } = before;
  return {
    name,
    mvaNumber,
    companyPhone,
    companyEmail,
    companyUrl,
    country,
    contact,
    address,
    dealerId,
    dealerReference,
    smsSender,
  };
}

/** Absent: as before. Blank: nothing. */
export function textAfter(given: string | undefined, before: string | null): string | null {
  return given === undefined ? before : given.trim() || null;
}

/** The same for each member; nothing at all when no member is left. */
export function membersAfter<T extends Record<string, string | undefined>>(
  given: T | undefined,
  before: T | null,
): T | null {
  if (!given) return before;
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(given)]);
  const after = [...names].flatMap((name) => {
    const text = textAfter(given[name], before?.[name] ?? null);
    return text === null ? [] : [[name, text] as const];
  });
  return after.length === 0 ? null : (Object.fromEntries(after) as T);
}

function contactFaults(contact: NonNullable<AccountDetails['contact']>): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ['Name', 'Mobile', 'Email'] as const) {
    if (!contact[name])
      errors.push({ field: `Contact.${name}`, code: 'required', message: 'Required with a contact.' });
  }
  for (const name of ['Mobile', 'Phone'] as const) {
    if (!contact[name] || PHONE.test(contact[name])) continue;
    errors.push({ field: `Contact.${name}`, code: 'format', message: 'Must be a phone number.' });
  }
  if (contact.Email && !isEmail(contact.Email)) {
    errors.push({ field: 'Contact.Email', code: 'email', message: 'Must be an e-mail address.' });
  }
  return errors;
}
