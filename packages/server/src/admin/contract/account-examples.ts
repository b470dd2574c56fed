const ACCOUNT = '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0e01';
const DEALER = '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0d05';

const company = {
  Name: 'Nordbank ASA',
  MvaNumber: '987654321',
  CompanyPhone: '+47 22 00 00 00',
  CompanyEmail: 'post@nordbank.example',
  CompanyUrl: 'https://www.nordbank.example',
  Contact: { Name: 'Kari Nordmann', Phone: null, Mobile: '+47 900 00 000', Email: 'kari@nordbank.example' },
  Address: { Address1: 'Storgata 1', Address2: null, PostalCode: '0155', City: 'Oslo', Country: 'Norge' },
  Settings: { SMSSender: 'Nordbank' },
  Country: 'NO',
};
const { Contact, Address, Settings, ...plain } = company;
const listed = {
  AccountId: ACCOUNT,
  Name: company.Name,
  OrgNo: company.MvaNumber,
  UniCustomerNo: '10017',
  Created: '2026-03-01T12:00:00.000Z',
  LastModified: '2026-03-02T08:15:00.000Z',
  DealerId: DEALER,
  DealerName: 'Fagsystem AS',
  DealerReference: 'K-204',
  Enabled: true,
};

/** Operation → an example of its request and of its answer. */
export const ACCOUNT_EXAMPLES = {
  account: {
    Id: ACCOUNT,
    CustomerNumber: listed.UniCustomerNo,
    Resources: { LogoUrl: `https://sign.example.com/branding/${'4f'.repeat(32)}.png`, CssUrl: null },
    SlaTag: null,
    TestAccount: false,
    Enabled: true,
    ...plain,
    Contact,
    Address,
    Settings,
    Dealer: { Id: DEALER, Reference: listed.DealerReference },
  },
  create: { ...plain, Dealer: { Reference: listed.DealerReference } },
  update: { CompanyPhone: company.CompanyPhone, CompanyUrl: '', Settings },
  logo: {
    request: { AccountId: ACCOUNT, Base64EncodedLogo: 'iVBORw0KGgo=', FileName: 'logo.png' },
    answer: `https://sign.example.com/branding/${'4f'.repeat(32)}.png`,
  },
  styling: {
    request: {
      AccountId: ACCOUNT,
      Base64EncodedCssData: 'LnRvcC1iYXIgeyBib3JkZXItYm90dG9tOiAycHggc29saWQgIzBhNWEyYSB9',
      FileName: 'pages.css',
    },
    answer: { CssUrl: `https://sign.example.com/branding/${'a7'.repeat(32)}.css` },
  },
  list: [listed],
  names: [{ AccountId: ACCOUNT, Name: company.Name, Enabled: true }],
};
