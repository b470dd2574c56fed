import Type, { type Static } from 'typebox';
import { DateTime, Guid, Text } from '../../kernel/contract/primitives.ts';

const optional = Type.Optional;

/** An empty text clears a member that is not required; what is left out stays. Forms are checked by the operation. */
const Contact = Type.Object(
  {
    Name: optional(Text({ maxLength: 200, description: 'Full name; required with a contact.' })),
    Phone: optional(Text({ maxLength: 30, description: 'Phone number.' })),
    Mobile: optional(Text({ maxLength: 30, description: 'Mobile number; required with a contact.' })),
    Email: optional(Text({ maxLength: 254, description: 'E-mail address; required with a contact.' })),
  },
  { description: 'Person to turn to.' },
);
export type Contact = Static<typeof Contact>;

const Address = Type.Object(
  {
    Address1: optional(Text({ maxLength: 200, description: 'First line.' })),
    Address2: optional(Text({ maxLength: 200, description: 'Second line.' })),
    PostalCode: optional(Text({ maxLength: 20, description: 'Postal code.' })),
    City: optional(Text({ maxLength: 100, description: 'Place.' })),
    Country: optional(Text({ maxLength: 100, description: 'Country.' })),
  },
  { description: 'Postal address.' },
);
export type Address = Static<typeof Address>;

const DealerInfo = Type.Object(
  {
    Id: optional(Guid({ description: 'Dealer of the account.' })),
    Reference: optional(Text({ maxLength: 200, description: "The dealer's own reference for the account." })),
  },
  { description: 'Dealer that manages the account; changed by the dealer and the operator only.' },
);

const Settings = Type.Object(
  {
    SMSSender: optional(
      Text({ maxLength: 20, description: 'Sender of SMS: at most 11 letters and digits, or a phone number.' }),
    ),
  },
  { description: 'Settings of the account.' },
);

const companyUrl = optional(Text({ maxLength: 500, description: 'Web site: an absolute URL.' }));
const country = optional(Text({ maxLength: 2, description: 'Country by ISO 3166, two letters; NO when left out.' }));
const further = { Contact: optional(Contact), Address: optional(Address), Settings: optional(Settings) };

const name = Text({ maxLength: 200, description: 'Name of the organisation.' });
const mvaNumber = Text({
  maxLength: 40,
  description: 'Organisation number. Letters and blanks are taken out; two accounts never have the same.',
});
const companyPhone = Text({ maxLength: 30, description: 'Phone number of the organisation.' });
const companyEmail = Text({ maxLength: 254, description: 'E-mail address of the organisation.' });

export const CreateAccountRequest = Type.Object({
  Name: name,
  MvaNumber: mvaNumber,
  CompanyPhone: companyPhone,
  CompanyEmail: companyEmail,
  CompanyUrl: companyUrl,
  ...further,
  Dealer: optional(DealerInfo),
  Country: country,
});
export type CreateAccountRequest = Static<typeof CreateAccountRequest>;

export const UpdateAccountRequest = Type.Object({
  Id: optional(Guid({ description: 'Account to change; that of the token when left out.' })),
  Name: optional(name),
  MvaNumber: optional(mvaNumber),
  CompanyPhone: optional(companyPhone),
  CompanyEmail: optional(companyEmail),
  CompanyUrl: companyUrl,
  ...further,
  Dealer: optional(DealerInfo),
  Country: country,
});
export type UpdateAccountRequest = Static<typeof UpdateAccountRequest>;

export const Account = Type.Object({
  Id: Guid({ description: 'Id of the account.' }),
  CustomerNumber: optional(Type.String({ description: 'Customer number in invoicing.' })),
  Resources: Type.Object(
    {
      LogoUrl: optional(Type.String({ description: 'Address of the logo.' })),
      CssUrl: optional(Type.String({ description: 'Address of the style sheet.' })),
    },
    { description: 'What the account has uploaded.' },
  ),
  SlaTag: optional(Type.String({ description: 'Service level.' })),
  TestAccount: Type.Boolean({ description: 'A test account never has clients of production.' }),
  Enabled: Type.Boolean({ description: 'Whether the account may be used.' }),
  Name: name,
  MvaNumber: mvaNumber,
  CompanyPhone: companyPhone,
  CompanyEmail: companyEmail,
  CompanyUrl: companyUrl,
  ...further,
  Dealer: optional(DealerInfo),
  Country: country,
});
export type Account = Static<typeof Account>;

export const AccountListItem = Type.Object({
  AccountId: Guid({ description: 'Id of the account.' }),
  Name: Type.String({ description: 'Name of the organisation.' }),
  OrgNo: optional(Type.String({ description: 'Organisation number.' })),
  UniCustomerNo: optional(Type.String({ description: 'Customer number in invoicing.' })),
  Created: DateTime({ description: 'When it was created.' }),
  LastModified: DateTime({ description: 'When it last changed.' }),
  DealerId: optional(Type.String({ description: 'Dealer of the account.' })),
  DealerName: optional(Type.String({ description: 'Name of the dealer.' })),
  DealerReference: optional(Type.String({ description: "The dealer's own reference." })),
  Enabled: Type.Boolean({ description: 'Whether the account may be used.' }),
});
export type AccountListItem = Static<typeof AccountListItem>;

export const AccountNameItem = Type.Object({
  AccountId: Guid({ description: 'Id of the account.' }),
  Name: Type.String({ description: 'Name of the organisation.' }),
  Enabled: Type.Boolean({ description: 'Whether the account may be used.' }),
});
export type AccountNameItem = Static<typeof AccountNameItem>;

/** A filter has the contract's name, `filter.…`; some libraries send the bare one. */
const when = (name: string, description: string) =>
  optional(Type.Unsafe<string>({ type: 'string', format: 'date-time', description, 'x-other-names': [name] }));

export const AccountFilter = Type.Object({
  'filter.name': optional(Text({ maxLength: 200, otherNames: ['name'], description: 'Part of the name.' })),
  'filter.orgNo': optional(Text({ maxLength: 40, otherNames: ['orgNo'], description: 'Organisation number.' })),
  'filter.uniCustomerNo': optional(
    Text({ maxLength: 20, otherNames: ['uniCustomerNo'], description: 'Customer number in invoicing.' }),
  ),
  'filter.createdBefore': when('createdBefore', 'Created before.'),
  'filter.createdAfter': when('createdAfter', 'Created after.'),
  'filter.lastModifiedBefore': when('lastModifiedBefore', 'Last changed before.'),
  'filter.lastModifiedAfter': when('lastModifiedAfter', 'Last changed after.'),
  'filter.dealerName': optional(
    Text({ maxLength: 200, otherNames: ['dealerName'], description: "Part of the dealer's name." }),
  ),
  'filter.dealerReference': optional(
    Text({ maxLength: 200, otherNames: ['dealerReference'], description: "The dealer's own reference." }),
  ),
  'filter.tags': optional(
    Type.Unsafe<string[]>({
      type: 'array',
      items: { type: 'string', maxLength: 500 },
      maxItems: 50,
      description: 'Tags, all of which the account must have: repeated, indexed or separated by commas.',
      'x-other-names': ['tags'],
    }),
  ),
  'filter.enabled': optional(
    Type.Unsafe<boolean>({
      type: 'boolean',
      description: 'Whether the account may be used.',
      'x-other-names': ['enabled', 'enable', 'filter.enable'],
    }),
  ),
});
export type AccountFilter = Static<typeof AccountFilter>;

export const AccountId = Type.Object({
  AccountId: optional(Guid({ description: 'Account that is meant; that of the token when left out.' })),
});
export type AccountId = Static<typeof AccountId>;
