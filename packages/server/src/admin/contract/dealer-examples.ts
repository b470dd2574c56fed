import { ACCOUNT_EXAMPLES } from './account-examples.ts';

const [listed] = ACCOUNT_EXAMPLES.list;
const logoUrl = ACCOUNT_EXAMPLES.logo.answer;

const dealer = {
  Id: listed!.DealerId,
  Name: listed!.DealerName,
  CustomerNumber: 10009,
  MvaNumber: '912345678',
  CompanyPhone: '+47 23 00 00 00',
  CompanyEmail: 'post@fagsystem.example',
  CompanyUrl: null,
  Onboarding: {
    Heading: 'Signing for your lawyers',
    LeadParagraph: 'Sign up in two minutes.',
    LogoUrl: logoUrl,
    ReturnUrl: 'https://www.fagsystem.example/welcome',
  },
};

/** Operation → an example of its request and of its answer. */
export const DEALER_EXAMPLES = {
  get: { answer: dealer },
  update: { request: { Onboarding: { Heading: dealer.Onboarding.Heading } }, answer: dealer },
  accounts: { answer: ACCOUNT_EXAMPLES.list },
  logo: {
    request: { DealerId: dealer.Id, Base64EncodedLogo: ACCOUNT_EXAMPLES.logo.request.Base64EncodedLogo },
    answer: logoUrl,
  },
};
