import { type Html, html } from '../html.ts';
import type { Order } from './order-book.ts';

export type PhoneFault = 'order' | 'number' | 'other_person' | 'code';

const faults: Record<PhoneFault, string> = {
  order: 'There is no such order, or the QR code is too old. Copy a fresh one.',
  number: 'Type twelve digits with a real date and the right check digit.',
  other_person: 'This order is for another person.',
  code: 'Wrong security code. It has six digits.',
};

const outcomes: readonly (readonly [word: string, outcome: string])[] = [
  ['six digits', 'success'],
  ['cancel', 'the person cancels'],
  ['blocked, revoked, expired, unknown', 'the BankID cannot be used (certificateErr)'],
  ['timeout', 'nobody signs in time (expiredTransaction)'],
  ['down', 'the API answers maintenance'],
  ['error', 'the API answers internalError'],
  ['risk', 'too high a risk (transactionRiskBlocked)'],
];

export interface PhoneView {
  basePath: string;
  stylesheetUrl: string;
}

/** The first page: which order, and who holds the phone. */
export function renderOpen(view: PhoneView, values: { code: string; fault?: PhoneFault }): Html {
  const fault = values.fault && faults[values.fault];
  const describe = fault ? 'fault' : 'hint';
  return layout(
    view,
    'Open an order',
    html`
      <h1>Open an order</h1>
      <form id="step" method="post" action="${view.basePath}/open" novalidate>
        ${fault ? html`<p class="fault" id="fault" role="alert">${fault}</p>` : undefined}
        <label for="code">QR code or start token</label>
        <p class="hint" id="hint">The text of the QR code. Empty for an order in a telephone call.</p>
        <input id="code" name="code" type="text" autocomplete="off" spellcheck="false" maxlength="200" value="${values.code}" aria-describedby="${describe}">
        <label for="number">Personal number</label>
        <p class="hint" id="number-hint">Twelve digits. Kalle Anka: 198904207217</p>
        <input id="number" name="number" class="digits" type="text" inputmode="numeric" autocomplete="off" maxlength="12" aria-describedby="number-hint">
        <button class="primary" type="submit">Open</button>
      </form>`,
  );
}

/** The second page: what is signed, and the security code. The field's name is `value`. */
export function renderOrder(view: PhoneView, order: Order, fault?: PhoneFault): Html {
  const text = Buffer.from(order.userVisibleData ?? '', 'base64').toString('utf8');
  const verb = order.kind === 'sign' ? 'Sign' : 'Identify yourself';
  return layout(
    view,
    verb,
    html`
      <div class="request">
        <p>${order.kind === 'sign' ? 'You sign for' : 'You identify yourself to'} <strong>Segl test</strong></p>
        ${text.split('\n').map((line, index) => html`<p class="${index === 0 ? 'document' : 'detail'}">${line}</p>`)}
      </div>
      <h1>${verb} as ${order.person!.givenName} ${order.person!.surname}</h1>
      <form id="step" method="post" action="${view.basePath}/order/${order.orderRef}" novalidate>
        <label for="value">Security code</label>
        <p class="hint" id="hint">Any six digits</p>
        ${fault ? html`<p class="fault" id="fault" role="alert">${faults[fault]}</p>` : undefined}
        <input id="value" name="value" type="password" autocomplete="off" maxlength="40" autofocus aria-describedby="${fault ? 'fault hint' : 'hint'}"${fault ? html` aria-invalid="true"` : undefined}>
        <button class="primary" type="submit">${verb}</button>
      </form>
      <div class="ways">
        <form id="cancel" method="post" action="${view.basePath}/order/${order.orderRef}">
          <input type="hidden" name="value" value="cancel">
          <button class="quiet" type="submit">Cancel</button>
        </form>
      </div>`,
    html`
      <details>
        <summary>Test outcomes</summary>
        <p>Type one of these in place of the security code.</p>
        <dl>${outcomes.map(([word, outcome]) => html`<div><dt><code>${word}</code></dt><dd>${outcome}</dd></div>`)}</dl>
      </details>`,
  );
}

/** The last page. `returnUrl` is the relying party's. */
export function renderEnd(view: PhoneView, heading: string, returnUrl?: string): Html {
  const link = returnUrl !== undefined && /^https?:\/\//.test(returnUrl) ? returnUrl : undefined;
  return layout(
    view,
    heading,
    html`
      <h1>${heading}</h1>
      <p>You can go back to where you came from.</p>
      ${link ? html`<p><a id="continue" href="${link}">Continue</a></p>` : undefined}`,
  );
}

function layout(view: PhoneView, title: string, card: Html, below?: Html): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${title} – BankID simulator</title>
<link rel="stylesheet" href="${view.stylesheetUrl}">
<link rel="icon" href="data:,">
</head>
<body>
<header><p class="name"><span class="test">TEST</span> BankID simulator</p></header>
<main>
  <div class="card">${card}</div>
  ${below}
</main>
<footer><p>For tests only. Do not type anything about real people.</p></footer>
</body>
</html>
`;
}
