import { createFiEid, createFiMobiilivarmenne, createFiTupas } from './fi-eid/fi-eid.ts';
import { createItsme } from './itsme/itsme.ts';
import { createMitId, createNemId } from './mitid/mitid.ts';
import { createNoBankIdNetcentric } from './no-bankid/no-bankid-netcentric.ts';
import { createNoBuypass } from './no-buypass/no-buypass.ts';
import type { OidcEidProvider, OidcEidSettings } from './oidc/oidc-eid-provider.ts';
import { createFacebook, createGitHub, createLinkedIn } from './social/oauth2-accounts.ts';
import { createGoogle, createMicrosoft } from './social/openid-accounts.ts';

/** Every eID that is reached by redirect, by its method, in the order of lists. */
export const REDIRECT_EIDS = {
  no_bankid_netcentric: createNoBankIdNetcentric,
  no_buypass: createNoBuypass,
  mitid: createMitId,
  dk_nemid: createNemId,
  fi_eid: createFiEid,
  fi_tupas: createFiTupas,
  fi_mobiilivarmenne: createFiMobiilivarmenne,
  itsme: createItsme,
  google: createGoogle,
  microsoft: createMicrosoft,
  linkedin: createLinkedIn,
  github: createGitHub,
  facebook: createFacebook,
} satisfies Record<string, (settings: OidcEidSettings) => OidcEidProvider>;

export type RedirectMethod = keyof typeof REDIRECT_EIDS;

export const REDIRECT_METHODS = Object.keys(REDIRECT_EIDS) as RedirectMethod[];
