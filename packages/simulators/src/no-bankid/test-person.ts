import { CookieJar } from '../cookie-jar.ts';
import { testOneTimeCode, testPassword } from './test-register.ts';

export interface NoBankIdCredentials {
  nationalNumber: string;
  /** `otp`, or one of the words that pick an outcome (`blocked`, `cancel` …). */
  oneTimeCode?: string;
  password?: string;
}

const maxPages = 40;

/**
 * Does what a person does in a browser: opens the authorization URL, fills in the simulator's forms and follows every
 * redirect, without a browser. Keeps submitting a step while the simulator asks for it, so that a wrong code ends as it
 * would for a stubborn person. Returns the address at the relying party to which the simulator sends the browser; that
 * address is not requested. Throws when a page is not what was expected, for example when the number is not accepted.
 */
export async function authenticateAtNoBankId(
  url: string,
  { nationalNumber, oneTimeCode = testOneTimeCode, password = testPassword }: NoBankIdCredentials,
): Promise<string> {
  return walk(url, (page) => {
    if (page.stepNumber === 1 && page.isFaulty) throw new Error(`BankID simulator: ${page.heading} refused the number`);
    const typed = [nationalNumber, oneTimeCode, password][page.stepNumber - 1];
    if (typed === undefined) throw new Error(`BankID simulator: unexpected page "${page.heading}"`);
    return { action: page.stepAction, fields: { value: typed } };
  });
}

/** Opens the authorization URL and presses cancel. Returns the address of the relying party. */
export async function cancelAtNoBankId(url: string): Promise<string> {
  return walk(url, (page) => ({ action: page.cancelAction, fields: {} }));
}

interface Page {
  heading: string;
  /** 1 number, 2 code, 3 password, 0 none of them. */
  stepNumber: number;
  stepAction: string;
  cancelAction: string;
  isFaulty: boolean;
}

async function walk(
  startUrl: string,
  answer: (page: Page) => { action: string; fields: Record<string, string> },
): Promise<string> {
  const origin = new URL(startUrl).origin;
  const jar = new CookieJar();
  let url = new URL(startUrl);
  let form: URLSearchParams | undefined;
  for (let pages = 0; pages < maxPages; pages++) {
    const response = await fetch(url, {
      method: form ? 'POST' : 'GET',
      body: form,
      redirect: 'manual',
      headers: { ...jar.header(url), 'accept-language': 'en', accept: 'text/html' },
    });
    jar.store(response, url);
    const html = await response.text();
    const next = response.headers.get('location') ?? refreshTarget(response);
    form = undefined;
    if (next) {
      url = new URL(next, url);
      if (url.origin !== origin) return url.href;
      continue;
    }
    if (!response.ok) throw new Error(`BankID simulator answered ${response.status} on ${url.pathname}`);
    const { action, fields } = answer(readPage(html));
    url = new URL(action, url);
    form = new URLSearchParams(fields);
  }
  throw new Error(`BankID simulator: no end after ${maxPages} pages`);
}

function readPage(html: string): Page {
  const stepAction = /<form id="step"[^>]* action="([^"]+)"/.exec(html)?.[1] ?? '';
  const input = /<input id="value"[^>]*>/.exec(html)?.[0] ?? '';
  const stepNumber = !stepAction ? 0 : stepAction.endsWith('/code') ? 2 : stepAction.endsWith('/password') ? 3 : 1;
  return {
    heading: /<h1>([^<]*)/.exec(html)?.[1] ?? '',
    stepNumber,
    stepAction,
    cancelAction: /<form id="cancel"[^>]* action="([^"]+)"/.exec(html)?.[1] ?? '',
    isFaulty: input.includes('aria-invalid'),
  };
}

function refreshTarget(response: Response): string | undefined {
  return /^0; url=(.+)$/.exec(response.headers.get('refresh') ?? '')?.[1];
}
