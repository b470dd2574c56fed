import type { SimulatedEid } from '../openid/simulated-eid.ts';
import { type SocialAccount, socialLogin } from './social-person.ts';

const standardClaims = ({ email, givenName, familyName }: SocialAccount) => ({
  name: `${givenName} ${familyName}`,
  given_name: givenName,
  family_name: familyName,
  email,
  email_verified: true,
});

const standardScopes = {
  scopes: ['openid', 'profile', 'email'],
  claimsOfScope: {
    openid: ['sub'],
    profile: ['name', 'given_name', 'family_name', 'preferred_username', 'oid', 'tid'],
    email: ['email', 'email_verified', 'xms_edov'],
  },
};

/** Its id_tokens have no `auth_time`. */
export const google: SimulatedEid = {
  path: 'google',
  name: 'google',
  selectsAccount: true,
  ...standardScopes,
  hidesLoginTime: true,
  takesPushedRequests: false,
  ...socialLogin('Google', standardClaims),
};

/** Says of an address whether its domain is verified, in a claim of its own. */
export const microsoft: SimulatedEid = {
  path: 'microsoft',
  name: 'microsoft',
  ...standardScopes,
  hidesLoginTime: true,
  takesPushedRequests: false,
  ...socialLogin('Microsoft', (account) => ({
    name: `${account.givenName} ${account.familyName}`,
    preferred_username: account.email,
    email: account.email,
    xms_edov: true,
  })),
};

const githubUser = ({ email, givenName, familyName, number }: SocialAccount) => ({
  id: Number(number.slice(0, 8)),
  login: email.split('@')[0],
  name: `${givenName} ${familyName}`,
  emails: [
    { email: `old.${email}`, primary: false, verified: true },
    { email, primary: true, verified: true },
  ],
});

/** OAuth 2.0 without OpenID Connect: who it was is asked at the API, the addresses apart. */
export const github: SimulatedEid = {
  path: 'github',
  hidesLoginTime: true,
  name: 'github',
  scopes: ['read:user', 'user:email'],
  claimsOfScope: {},
  routes: { authorization: '/login/oauth/authorize', token: '/login/oauth/access_token' },
  resources: {
    '/user': ({ emails: _, ...user }) => user,
    '/user/emails': ({ emails }) => emails,
  },
  takesPushedRequests: false,
  ...socialLogin('GitHub', githubUser),
};

export const facebook: SimulatedEid = {
  path: 'facebook',
  hidesLoginTime: true,
  name: 'facebook',
  scopes: ['public_profile', 'email'],
  claimsOfScope: {},
  routes: { authorization: '/v19.0/dialog/oauth', token: '/v19.0/oauth/access_token' },
  resources: { '/v19.0/me': (person) => person },
  takesPushedRequests: false,
  ...socialLogin('Facebook', ({ email, givenName, familyName, number }) => ({
    id: number,
    name: `${givenName} ${familyName}`,
    first_name: givenName,
    last_name: familyName,
    email,
  })),
};

/** It has OpenID Connect in name; its id_token holds no nonce, so that who it was is asked at the API. */
export const linkedIn: SimulatedEid = {
  path: 'linkedin',
  errorOf: ({ error, description }) =>
    description === 'user_cancelled' ? { error: 'user_cancelled_login' } : { error, error_description: description },
  hidesLoginTime: true,
  name: 'linkedIn',
  scopes: ['openid', 'profile', 'email'],
  claimsOfScope: {
    openid: ['sub'],
    profile: ['name', 'given_name', 'family_name'],
    email: ['email', 'email_verified'],
  },
  routes: { authorization: '/oauth/v2/authorization', token: '/oauth/v2/accessToken' },
  resources: { '/v2/userinfo': (person) => person },
  takesPushedRequests: false,
  ...socialLogin('LinkedIn', (account) => ({ sub: `li${account.number}`, ...standardClaims(account) })),
};
