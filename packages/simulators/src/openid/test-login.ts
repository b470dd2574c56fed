import { CookieJar } from '../cookie-jar.ts';

/** What is typed on each page, by the last segment of its address. */
export type TypedBySegment = Readonly<Record<string, string>>;

const maxPages = 40;
/** A stubborn person: three wrong tries end a login, so a page that comes back more often will never let them on. */
const maxVisitsOfPage = 4;

/**
 * Does what a person does in a browser: opens the authorization URL, fills in the simulator's forms and follows every
 * redirect, without a browser. Keeps submitting a step while the simulator asks for it, so that a wrong code ends as it
 * would for a stubborn person. Returns the address at the relying party to which the simulator sends the browser; that
 * address is not requested. Throws when a page is not what was expected, for example when a number is not accepted.
 */
export async function loginAtSimulator(url: string, typed: TypedBySegment): Promise<string> {
  return walk(url, (page) => {
    const value = typed[page.segment];
    if (value === undefined) throw new Error(`simulator: unexpected page "${page.heading}"`);
    return { action: page.stepAction, fields: { value } };
  });
}

/** Opens the authorization URL and presses cancel. Returns the address of the relying party. */
export async function cancelAtSimulator(url: string): Promise<string> {
  return walk(url, (page) => ({ action: page.cancelAction, fields: {} }));
}

interface Page {
  heading: string;
  segment: string;
  stepAction: string;
  cancelAction: string;
}

async function walk(
  startUrl: string,
  answer: (page: Page) => { action: string; fields: Record<string, string> },
): Promise<string> {
  const origin = new URL(startUrl).origin;
  const jar = new CookieJar();
  const visits = new Map<string, number>();
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
    if (!response.ok) throw new Error(`simulator answered ${response.status} on ${url.pathname}`);
    const page = readPage(html);
    const visit = (visits.get(page.segment) ?? 0) + 1;
    if (visit > maxVisitsOfPage) throw new Error(`simulator: "${page.heading}" does not take what was typed`);
    visits.set(page.segment, visit);
    const { action, fields } = answer(page);
    url = new URL(action, url);
    form = new URLSearchParams(fields);
  }
  throw new Error(`simulator: no end after ${maxPages} pages`);
}

function readPage(html: string): Page {
  const stepAction = /<form id="step"[^>]* action="([^"]+)"/.exec(html)?.[1] ?? '';
  return {
    heading: /<h1>([^<]*)/.exec(html)?.[1] ?? '',
    segment: /\/interaction\/[^/]+\/?(.*)$/.exec(stepAction)?.[1] ?? '',
    stepAction,
    cancelAction: /<form id="cancel"[^>]* action="([^"]+)"/.exec(html)?.[1] ?? '',
  };
}

function refreshTarget(response: Response): string | undefined {
  return /^0; url=(.+)$/.exec(response.headers.get('refresh') ?? '')?.[1];
}
