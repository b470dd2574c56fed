import { describe, expect, it } from 'vitest';
import { inOrderFor } from './method-order.ts';

const methods = [
  ['mitid', 'DK'],
  ['se_bankid', 'SE'],
  ['no_bankid_netcentric', 'NO'],
  ['no_buypass', 'NO'],
].map(([method, countryCode]) => ({ method: method!, name: method!, countryCode: countryCode! }));

describe('the order in which eIDs are offered', () => {
  it.each([
    ['EN', null, ['mitid', 'se_bankid', 'no_bankid_netcentric', 'no_buypass']],
    ['NO', null, ['no_bankid_netcentric', 'no_buypass', 'mitid', 'se_bankid']],
    ['SV', null, ['se_bankid', 'mitid', 'no_bankid_netcentric', 'no_buypass']],
    ['DA', null, ['mitid', 'se_bankid', 'no_bankid_netcentric', 'no_buypass']],
    ['FI', null, ['mitid', 'se_bankid', 'no_bankid_netcentric', 'no_buypass']],
    ['SV', 'no_buypass', ['no_buypass', 'se_bankid', 'mitid', 'no_bankid_netcentric']],
    ['EN', 'itsme', ['mitid', 'se_bankid', 'no_bankid_netcentric', 'no_buypass']],
  ])('in %s, after %j on this device', (language, lastUsed, expected) => {
    expect(inOrderFor(language, lastUsed, methods).map(({ method }) => method)).toEqual(expected);
  });
});
