import { fiEid } from './fi-eid/fi-eid.ts';
import { mitId } from './mitid/mitid-eid.ts';
import { noBankId } from './no-bankid/no-bankid-eid.ts';
import { noBuypass } from './no-buypass/no-buypass-eid.ts';
import type { SimulatedEid } from './openid/simulated-eid.ts';

/** Every eID that speaks OpenID Connect here. */
export const simulatedEids = { noBankId, noBuypass, mitId, fiEid } satisfies Record<string, SimulatedEid>;

export type SimulatedEidName = keyof typeof simulatedEids;
