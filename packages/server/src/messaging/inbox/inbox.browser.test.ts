import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, launchBrowser, SCREENS } from '../../../../test-kit/src/browser.ts';
import { freshDatabase } from '../../../../test-kit/src/databases.ts';
import type { Database } from '../../kernel/db/database.ts';
import { MessagingUnderTest, SIGN_URL, type SigningRequest, signingRequest } from '../messaging.testing.ts';

const screenshots = join(tmpdir(), 'segl-inbox');
const LONG_TITLE = 'Kjøpekontrakt for Øvre Skogvei 17, seksjon 4, gnr. 112 bnr. 48 i Lillestrøm kommune, med vedlegg';
const OWN_TEXT = `Hei **{name}**,

her er kontrakten vi snakket om. Før du signerer:

- les *hele* dokumentet
- ha [BankID](https://bankid.no) klar

Ring oss gjerne.`;

let browser: Browser;
let database: Database;
let segl: MessagingUnderTest;
let base: string;

beforeAll(async () => {
  mkdirSync(screenshots, { recursive: true });
  browser = await launchBrowser();
  database = await freshDatabase('embedded');
  segl = new MessagingUnderTest(database, { inbox: { checkBasic: async () => false } });
  await segl.start();
  base = await segl.http.listen({ host: '127.0.0.1', port: 0 });
});

afterAll(async () => {
  await browser?.close();
  await segl?.stop();
  await database?.close();
});

async function send(changes: Partial<SigningRequest>): Promise<void> {
  const request = signingRequest(changes);
  segl.due.push(request);
  await segl.raise({ type: 'document_created', documentId: request.documentId });
}

/** No axe finding, nothing wider than the window, targets large enough; keeps a picture. */
async function inspect(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
  expect(await axeFindings(page), name).toEqual([]);
  const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
  expect(overflow, `${name} is wider than the window`).toBe(0);
  const small = await page
    .locator('.messages a, .pages a, .back a, .primary, .button, summary')
    .evaluateAll((elements) =>
      elements.filter((one) => one.getBoundingClientRect().height < 44).map((one) => one.outerHTML),
    );
  expect(small, `${name} has targets lower than 44 px`).toEqual([]);
}

/** The e-mail as a mail program shows it: in its sandbox axe could not run. */
async function openEmail(page: Page): Promise<void> {
  const response = await page.request.get(`${base}${await page.locator('iframe').getAttribute('src')}`);
  await page.goto('about:blank');
  await page.setContent(await response.text());
}

describe.each([
  ['phone', { viewport: SCREENS.phone }],
  ['phone-dark', { viewport: SCREENS.phone, colorScheme: 'dark' }],
  ['desk', { viewport: SCREENS.desk }],
  ['desk-dark', { viewport: SCREENS.desk, colorScheme: 'dark' }],
] as [string, BrowserContextOptions][])('the inbox on a %s', (device, options) => {
  it('is accessible from the empty list to the link that a signer gets', async () => {
    await database.query('delete from messages');
    const context = await browser.newContext({ locale: 'nb-NO', ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
    try {
      await page.goto(`${base}/test/inbox`);
      await page.getByText('No messages yet.').waitFor();
      await inspect(page, `${device}-1-empty`);

      await send({
        title: LONG_TITLE,
        language: 'NO',
        channel: 'sendBoth',
        accountName: 'Nordbank Eiendomsmegling og Forvaltning AS',
      });
      await send({
        title: LONG_TITLE,
        language: 'NO',
        colorTheme: 'Teal',
        email: 'fornavn.mellomnavn.etternavn@avdeling.en-lang-bedrift.example',
        texts: { email: [{ language: 'NO', subject: 'Kontrakten din, {name}', text: OWN_TEXT }] },
        mergeFields: { name: 'Kari' },
      });
      await page.getByRole('link', { name: 'Look again' }).click();
      await page.getByText('Kontrakten din, Kari').waitFor();
      await inspect(page, `${device}-2-list`);

      await page.getByRole('link', { name: /Kontrakten din, Kari/ }).click();
      const email = page.frameLocator('iframe');
      await email.getByRole('link', { name: 'Les og signer', exact: true }).waitFor();
      await page.getByText('Plain text').click();
      await inspect(page, `${device}-3-email`);
      expect(await page.getByRole('link', { name: 'Open the sign link' }).getAttribute('href')).toBe(SIGN_URL);
      // The policy lets the e-mail's own style through: else the button would have no ground.
      const ground = await email.locator('.button').evaluate((button) => {
        const { getComputedStyle } = globalThis as unknown as {
          getComputedStyle(element: unknown): { backgroundColor: string };
        };
        return getComputedStyle(button).backgroundColor;
      });
      expect(ground).toBe('rgb(0, 150, 136)');

      await openEmail(page);
      await inspect(page, `${device}-4-email-alone`);

      await page.goto(`${base}/test/inbox`);
      await page.getByRole('link', { name: /^E-mail kari@example.com/ }).click();
      await openEmail(page);
      await inspect(page, `${device}-5-built-in-email`);

      await page.goto(`${base}/test/inbox`);
      await page.getByRole('link', { name: /^SMS \+4799900001/ }).click();
      await page.locator('.bubble').getByRole('link').waitFor();
      await inspect(page, `${device}-6-sms`);
      expect(complaints).toEqual([]);
    } finally {
      await context.close();
    }
  });
});
