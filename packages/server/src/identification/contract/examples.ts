const SESSION = '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0e01';
const REQUEST_ID = '2516474563199999999Kq3vX9aB7cD1eF5gH2iJ4kL6mN8oP0rT';
const RETURN = 'https://portal.example.com/identified';

const request = {
  IdentityProvider: 'NO_BANKID_WEB',
  ReturnUrls: {
    Success: `${RETURN}?requestId=[1]`,
    Abort: `${RETURN}?requestId=[1]&aborted=true`,
    Error: `${RETURN}?requestId=[1]&error=[0]`,
  },
  Language: 'NO',
  ExternalReference: 'loan-2041',
};

const result = {
  Name: 'Doe, John',
  FirstName: 'John',
  MiddleName: null,
  LastName: 'Doe',
  DateOfBirth: '051289',
  Status: 'SUCCESS',
  SocialSecurityNumber: null,
  IdentityProviderUniqueId: '9578-6000-4-602403',
  IdentityProvider: 'NO_BANKID_WEB',
  Error: null,
  EnvironmentInfo: { UserAgent: 'Mozilla/5.0 (X11; Linux x86_64)', IPAddress: '192.0.2.17' },
  MetaData: { dateOfBirth: '1989-12-05' },
  RequestId: REQUEST_ID,
};

const logItem = {
  Id: REQUEST_ID,
  Name: 'Doe, John',
  Status: 'SUCCESS',
  ClientIp: '192.0.2.17',
  UserAgent: 'Mozilla/5.0 (X11; Linux x86_64)',
  IdentityProviderType: 'NO_BANKID_WEB',
  Language: 'NO',
  Externalid: 'loan-2041',
  Errorcode: null,
  Timestamp: '2026-03-01T12:00:00.000Z',
  iFrame: false,
  SocialSecurityNumber: false,
  AccountId: '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0a00',
};

const sessionRequest = {
  flow: 'redirect',
  allowedProviders: ['no_bankid_netcentric'],
  language: 'en',
  include: ['name', 'date_of_birth'],
  redirectSettings: { successUrl: RETURN, abortUrl: `${RETURN}?aborted=true`, errorUrl: `${RETURN}?failed=true` },
  externalReference: 'loan-2041',
};

const listed = {
  id: SESSION,
  status: 'created',
  created: '2026-03-01T12:00:00.000Z',
  expires: '2026-03-01T13:00:00.000Z',
  allowedProviders: ['no_bankid_netcentric'],
  language: 'en',
  flow: 'redirect',
  include: ['name', 'date_of_birth'],
  externalReference: 'loan-2041',
};

const session = {
  ...listed,
  url: 'https://segl.example.com/id/AZpsDiwbehCdUjxqWh8OAX7a0cQd3vH2m1n5oYk8s2Jb4w6T',
  redirectSettings: sessionRequest.redirectSettings,
  ui: { hideProviderHeader: false, hideFooter: false, themeMode: 'light', colorTheme: 'default' },
  auditTrail: {
    events: [
      {
        id: 1,
        name: 'session_created',
        eventType: 'information',
        timestamp: '2026-03-01T12:00:00.000Z',
        eventData: { clientId: 't5f0c1d2e3a4b5968778695a4b3c2d1e0' },
      },
    ],
  },
};

/** Operation → an example of its request and of its answer. */
export const EXAMPLES = {
  createOlder: { request, answer: { Url: session.url, RequestId: REQUEST_ID } },
  result: { answer: result },
  done: { answer: { Done: true } },
  invalidateOlder: { request: { RequestId: REQUEST_ID }, answer: {} },
  mobile: {
    request: { MobileNumber: '+4799900007', DateOfBirth: '051289' },
    answer: {
      RequestId: REQUEST_ID,
      MerchantRef: 'KVIKK MÅKE',
      OK: true,
      InvalidMobileNumberOrDateOfBirth: false,
      Error: null,
    },
  },
  logItem: { answer: logItem },
  log: { answer: { NextLink: null, TotalLinks: 1, List: [logItem] } },
  create: { request: sessionRequest, answer: session },
  get: {
    answer: {
      ...session,
      url: undefined,
      status: 'success',
      provider: 'no_bankid_netcentric',
      identity: {
        providerId: '9578-6000-4-602403',
        fullName: 'Doe, John',
        firstName: 'John',
        lastName: 'Doe',
        dateOfBirth: '1989-12-05',
      },
    },
  },
  list: { answer: { limit: 25, data: [listed] } },
  languages: { answer: [{ id: 'en', name: 'English' }] },
  providers: {
    answer: [
      {
        type: 'no_bankid_netcentric',
        name: 'Norwegian BankID',
        description: 'eID from Norway',
        logoUrl: 'https://segl.example.com/static/eid/no_bankid_netcentric.svg',
        logoUrlNegative: 'https://segl.example.com/static/eid/no_bankid_netcentric-negative.svg',
        logoWidth: '160',
      },
    ],
  },
  simulate: { request: { person: '05128938534', outcome: 'success' } },
};
