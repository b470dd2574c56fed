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

/** Operation → an example of its request and of its answer. */
export const TEMPLATE_EXAMPLES = {
  list: { answer: [item] },
  create: { request: sent, answer },
  get: { answer },
};
