const ACCOUNT = '019a6c0e-2c1b-7a10-9d52-3c6a5a1f0e01';
const CLIENT = 't5f0c1d2e3a4b5968778695a4b3c2d1e0';

const made = {
  AccountId: ACCOUNT,
  ClientId: CLIENT,
  ClientName: 'Loan system',
  Enabled: true,
  Created: '2026-03-01T12:00:00.000Z',
  LastChanged: '2026-03-01T12:00:00.000Z',
  ClientSecrets: [
    {
      Description: 'secret-1',
      Value: '9f2d4c6b8a0e1f3d5c7b9a8e6d4c2b0a1f3e5d7c9b8a6f4e2d0c1b3a5f7e9d8c',
      Expiration: null,
      Type: 'SharedSecret',
      Hint: '9d8c',
    },
  ],
  AllowedScopes: ['document_read', 'document_write', 'document_file'],
  AccessTokenLifetime: 3600,
  AbsoluteRefreshTokenLifetime: 2_592_000,
  SlidingRefreshTokenLifetime: 1_296_000,
  RefreshTokenUsage: 'OneTimeOnly',
  UpdateAccessTokenClaimsOnRefresh: false,
  RefreshTokenExpiration: 'Absolute',
  AccessTokenType: 'Jwt',
  Claims: [],
  AllowedCorsOrigins: [],
  Flow: 'ClientCredentials',
  IdentityTokenLifetime: 300,
  AlwaysSendClientClaims: false,
  LastUsed: null,
  LastUsedAddress: null,
};
const masked = { ...made, ClientSecrets: made.ClientSecrets.map((secret) => ({ ...secret, Value: null })) };
const used = { ...masked, LastUsed: '2026-03-02T08:15:00.000Z', LastUsedAddress: '192.0.2.17' };
const named = { AccountId: ACCOUNT, ClientId: CLIENT };

/** Operation → an example of its request and of its answer. */
export const EXAMPLES = {
  create: { request: { ClientName: made.ClientName, AllowedScopes: made.AllowedScopes }, answer: made },
  update: {
    request: {
      ClientId: CLIENT,
      ClientName: made.ClientName,
      ClientSecrets: [{ Description: 'secret-1' }, { Description: 'spring', Expiration: '2026-09-01T00:00:00.000Z' }],
    },
    answer: {
      ...used,
      LastChanged: '2026-03-03T09:00:00.000Z',
      ClientSecrets: [
        ...masked.ClientSecrets,
        {
          Description: 'spring',
          Value: '0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8e9fa',
          Expiration: '2026-09-01T00:00:00.000Z',
          Type: 'SharedSecret',
          Hint: 'e9fa',
        },
      ],
    },
  },
  get: { answer: used },
  list: {
    answer: [
      {
        ClientId: CLIENT,
        Enabled: true,
        ClientName: made.ClientName,
        AccountId: ACCOUNT,
        Created: made.Created,
        LastChanged: made.LastChanged,
      },
    ],
  },
  switch: { request: named, answer: {} },
};
