import { expect, test } from 'vitest';
import { systemClock } from '../kernel/clock/clock.ts';
import { createEidRegistry, type EidRegistration } from './eid-registry.ts';
import { createNoBankIdNetcentric } from './no-bankid/no-bankid-netcentric.ts';

const settings = {
  clientId: 'segl',
  authentication: { method: 'client_secret_basic', clientSecret: 'secret' },
  clock: systemClock,
} as const;
const simulated = createNoBankIdNetcentric({ ...settings, issuer: 'http://localhost:8643/no-bankid', simulator: true });
const real = createNoBankIdNetcentric({ ...settings, issuer: 'https://auth.bankid.no/auth/realms/prod' });

test('offers per environment what was registered for it', () => {
  const registry = createEidRegistry({
    providers: [
      { environment: 'test', provider: simulated },
      { environment: 'prod', provider: real },
    ],
  });
  expect(registry.get('no_bankid_netcentric', 'test')).toBe(simulated);
  expect(registry.get('no_bankid_netcentric', 'prod')).toBe(real);
  expect(registry.get('se_bankid', 'test')).toBeUndefined();
  expect(registry.list('prod')).toEqual([real]);
});

test('never takes a simulator for production', () => {
  expect(() => createEidRegistry({ providers: [{ environment: 'prod', provider: simulated }] })).toThrow(/simulator/);
});

test('takes nothing for production that does not say whether it is a simulator', () => {
  const { simulator: _, ...silent } = real;
  const registration = { environment: 'prod', provider: silent } as unknown as EidRegistration;
  expect(() => createEidRegistry({ providers: [registration] })).toThrow(/simulator/);
});

test('refuses the same method twice in one environment', () => {
  const providers: EidRegistration[] = [
    { environment: 'test', provider: simulated },
    { environment: 'test', provider: real },
  ];
  expect(() => createEidRegistry({ providers })).toThrow(/twice/);
});
