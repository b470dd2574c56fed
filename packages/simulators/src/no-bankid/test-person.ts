import { cancelAtSimulator, loginAtSimulator } from '../openid/test-login.ts';
import { testOneTimeCode, testPassword } from './test-register.ts';

export interface NoBankIdCredentials {
  nationalNumber: string;
  /** `otp`, or one of the words that pick an outcome (`blocked`, `cancel` …). */
  oneTimeCode?: string;
  password?: string;
}

/** Logs in at the simulator's pages without a browser, see `loginAtSimulator`. */
export function authenticateAtNoBankId(
  url: string,
  { nationalNumber, oneTimeCode = testOneTimeCode, password = testPassword }: NoBankIdCredentials,
): Promise<string> {
  return loginAtSimulator(url, { '': nationalNumber, code: oneTimeCode, password });
}

/** Opens the authorization URL and presses cancel. Returns the address of the relying party. */
export function cancelAtNoBankId(url: string): Promise<string> {
  return cancelAtSimulator(url);
}
