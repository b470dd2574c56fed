import Type, { type Static } from 'typebox';
import { Guid, Text } from '../../kernel/contract/primitives.ts';

const optional = Type.Optional;

const Onboarding = Type.Object(
  {
    Heading: optional(Text({ maxLength: 200, description: 'Heading of the page.' })),
    LeadParagraph: optional(Text({ maxLength: 2000, description: 'Text below the heading.' })),
    LogoUrl: optional(Text({ maxLength: 2000, description: 'Address of the logo; set by uploading one.' })),
    ReturnUrl: optional(Text({ maxLength: 2000, description: 'Absolute URL to which people go afterwards.' })),
  },
  { description: "What the dealer's customers see when they register." },
);
export type Onboarding = Static<typeof Onboarding>;

export const Dealer = Type.Object({
  Id: optional(Guid({ description: 'Id of the dealer, which is that of its account.' })),
  Name: optional(Text({ maxLength: 200, description: 'Name of the organisation.' })),
  CustomerNumber: optional(
    Type.Integer({ description: 'Customer number in invoicing; set by the operator.', minimum: 0 }),
  ),
  MvaNumber: optional(Text({ maxLength: 40, description: 'Organisation number.' })),
  CompanyPhone: optional(Text({ maxLength: 30, description: 'Phone number of the organisation.' })),
  CompanyEmail: optional(Text({ maxLength: 254, description: 'E-mail address of the organisation.' })),
  CompanyUrl: optional(Text({ maxLength: 500, description: 'Web site: an absolute URL.' })),
  Onboarding: optional(Onboarding),
});
export type Dealer = Static<typeof Dealer>;

export const DealerParams = Type.Object({ dealerId: Guid({ description: 'Id of the dealer.' }) });
export type DealerParams = Static<typeof DealerParams>;
