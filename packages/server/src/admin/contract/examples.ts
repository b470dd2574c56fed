const ACCOUNT_ID = '0195a000-0000-7000-8000-00000000000a';
const CLIENT_ID = 't0195a0000000700080000000000000ab';

const CREATE = {
  ClientName: 'Order system',
  AllowedScopes: ['document_read', 'document_write'],
  ClientSecrets: [{ Description: '2026', Expiration: '2027-12-31T00:00:00.000Z' }],
};

const LIST_ITEM = {
  ClientId: CLIENT_ID,
  Enabled: true,
  ClientName: CREATE.ClientName,
  AccountId: ACCOUNT_ID,
  Created: '2026-11-24T09:31:40.908Z',
  LastChanged: '2026-11-24T09:31:40.908Z',
};

const CLIENT = {
  ...LIST_ITEM,
  ClientSecrets: [
    {
      Description: '2026',
      Value: '********',
      Expiration: '2027-12-31T00:00:00.000Z',
      Type: 'SharedSecret',
      Hint: '91c0',
    },
  ],
  AllowedScopes: CREATE.AllowedScopes,
  AccessTokenLifetime: 3600,
  AccessTokenType: 'Jwt',
  Claims: [],
  AllowedCorsOrigins: [],
  Flow: 'ClientCredentials',
  LastUsed: null,
  LastUsedAddress: null,
};

const WHICH = { ClientId: CLIENT_ID };

/** Operation → an example of its request and of its answer. */
export const EXAMPLES = {
  create: { request: CREATE, answer: CLIENT },
  update: { request: { ...WHICH, ClientName: 'Orders', AccessTokenLifetime: 900 }, answer: CLIENT },
  list: { answer: [LIST_ITEM] },
  switch: { request: WHICH, answer: {} },
  get: { answer: CLIENT },
} as const;
