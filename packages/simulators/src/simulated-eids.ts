import { fiEid } from './fi-eid/fi-eid.ts';
import { itsme } from './itsme/itsme-eid.ts';
import { mitId } from './mitid/mitid-eid.ts';
import { noBankId } from './no-bankid/no-bankid-eid.ts';
import { noBuypass } from './no-buypass/no-buypass-eid.ts';
import type { SimulatedEid } from './openid/simulated-eid.ts';
import { facebook, github, google, linkedIn, microsoft } from './social/social-eids.ts';

/** Every eID that speaks OpenID Connect here. */
export const simulatedEids = {
  noBankId,
  noBuypass,
  mitId,
  fiEid,
  itsme,
  google,
  microsoft,
  github,
  facebook,
  linkedIn,
} satisfies Record<string, SimulatedEid>;

export type SimulatedEidName = keyof typeof simulatedEids;
