const item = {
  Id: '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0e07',
  Name: 'House style',
  LastEdited: '2026-03-02T08:00:00.000Z',
};
const sent = {
  Name: item.Name,
  CoverPageSetting: 'LASTPAGE',
  CoverPageHtml:
    '<h1>{{document.title}}</h1>{{#signers}}<p data-signer="{{index}}">{{name}}, {{signedTime}}</p>{{/signers}}',
  TimeZone: 'Europe/Oslo',
};
const answer = {
  ...item,
  CoverPageSetting: sent.CoverPageSetting,
  AddListOfSignaturesOnLastPageOfExistingPDF: false,
  CoverPageHtml: sent.CoverPageHtml,
  DetailsPageHtml: null,
  VerifiedTemplate: null,
  Labels: null,
  IncludeLogo: true,
  TimeZone: 'W. Europe Standard Time',
  LogoSourceUrl: null,
};

const data = {
  document: {
    id: '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0e01',
    externalId: 'lease-2026-117',
    title: 'Lease agreement',
    description: '',
    fileName: 'lease.pdf',
    sha256: '3f0a6f5e3f0a6f5e3f0a6f5e3f0a6f5e3f0a6f5e3f0a6f5e3f0a6f5e3f0a6f5e',
    created: '2026-03-02 09:00:00 UTC+01:00',
    signed: '2026-03-02 09:07:00 UTC+01:00',
    pages: 3,
  },
  account: { name: 'Nordbank', orgNumber: '', logo: '' },
  label: { heading: 'Signatures' },
  timeZone: 'W. Europe Standard Time',
};
const languages = { PrimaryLanguage: 'en', SecondaryLanguage: 'no' };
const preview = { PdfTemplate: sent, ...languages };

/** Operation → an example of its request and of its answer. */
export const TEMPLATE_EXAMPLES = {
  list: { answer: [item] },
  create: { request: sent, answer },
  get: { answer },
  timeZones: { answer: ['GMT Standard Time', 'W. Europe Standard Time', 'FLE Standard Time'] },
  details: { answer: '<h2>{{label.history}}</h2>' },
  coverPage: { answer: { ...answer, Id: '00000000-0000-0000-0000-000000000000', Name: 'Default', LastEdited: null } },
  preview: { request: preview },
  previewSaved: { request: languages },
  dataSource: { request: preview, answer: data },
};
