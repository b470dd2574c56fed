import { createHash } from 'node:crypto';
import type { LoginStep, SimulatedEid, SimulatedPerson, StepAnswer } from '../openid/simulated-eid.ts';

const firstAddress = 'kari.klaven@example.com';
const password = 'password';

/** Who an account belongs to: every address of a domain that is kept for examples (RFC 2606) is somebody's. */
export interface SocialAccount {
  email: string;
  givenName: string;
  familyName: string;
  /** Twelve digits that follow from the address. */
  number: string;
}

function findAccount(typed: string): SocialAccount | undefined {
  const email = typed.toLowerCase();
  const [, local] = /^([a-z0-9._-]{1,40})@(?:[a-z0-9-]+\.)*example\.(?:com|org|net)$/.exec(email) ?? [];
  if (local === undefined) return undefined;
  const [givenName = '', ...more] = local
    .split(/[._-]+/)
    .filter(Boolean)
    .map(capitalised);
  const digest = createHash('sha256').update(`account ${email}`).digest().readBigUInt64BE(0);
  const number = String((digest % 900_000_000_000n) + 100_000_000_000n);
  return { email, givenName: givenName || 'Example', familyName: more.join(' ') || 'Person', number };
}

function capitalised(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/** What the simulators of accounts have in common: e-mail address, password, and who that is. */
export function socialLogin(
  title: string,
  claimsOf: (account: SocialAccount) => SimulatedPerson['claims'],
): Pick<SimulatedEid, 'texts' | 'steps' | 'testLogin' | 'acrValues' | 'acr' | 'amr' | 'prefill' | 'uiLocales'> {
  const takeAddress = (typed: string): StepAnswer => {
    const account = findAccount(typed);
    if (!account) return { fault: 'not_example' };
    const name = `${account.givenName} ${account.familyName}`;
    return { person: { id: account.email, name, claims: claimsOf(account) } };
  };
  const steps: LoginStep[] = [
    {
      segment: '',
      field: 'text',
      texts: {
        en: {
          heading: 'Whose account is it?',
          label: 'E-mail address',
          hint: 'Any address at example.com. Names are made of what stands before @',
        },
      },
      take: takeAddress,
    },
    {
      segment: 'password',
      field: 'password',
      takesWords: true,
      texts: { en: { heading: 'Enter the password', label: 'Password', hint: `In the simulator: ${password}` } },
      take: (typed) => (typed === password ? {} : { fault: 'wrong_password', isGuess: true }),
    },
  ];
  return {
    texts: {
      en: {
        simulator: `${title} simulator`,
        testPerson: `Test person: ${firstAddress}.`,
        rightCode: password,
        faults: { not_example: 'This could be a real person’s address. Use one at example.com.' },
      },
    },
    steps,
    acrValues: [],
    acr: undefined,
    amr: undefined,
    prefill: () => firstAddress,
    uiLocales: ['en'],
    testLogin: ({ number = firstAddress, word = password }) => ({ '': number, password: word }),
  };
}
