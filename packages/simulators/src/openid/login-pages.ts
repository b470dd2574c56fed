import { Html, html } from '../html.ts';
import { type LoginAttempt, maxWrongTries } from './login-attempt.ts';
import { type Language, type LoginTexts, loginTexts } from './login-texts.ts';
import type { LoginStep, SimulatedEid } from './simulated-eid.ts';

/** What the pages show of the relying party's request. */
export interface LoginRequestView {
  eid: SimulatedEid;
  merchantName: string;
  /** First line: title of the document. Further lines: detail, such as its digest. Absent when the person only logs in. */
  bindingMessage: string | undefined;
  language: Language;
  /** Absolute path of the interaction, without a slash at its end. */
  path: string;
}

export const stylesheetPath = 'assets/login.css';

/** The eID's languages, its own first. */
export function languagesOf({ texts }: SimulatedEid): Language[] {
  const own = (Object.keys(texts) as Language[]).filter((language) => language !== 'en');
  return [...own, 'en'];
}

export function pathOfStep(eid: SimulatedEid, path: string, index: number): string {
  const segment = eid.steps[index]!.segment;
  return segment === '' ? path : `${path}/${segment}`;
}

/** The page of one step. The field's name is `value` on every step. */
export function renderStep(view: LoginRequestView, attempt: LoginAttempt, index: number): Html {
  const { eid, language } = view;
  const texts = loginTexts[language];
  const step = eid.steps[index]!;
  const stepTexts = step.texts[language] ?? step.texts.en;
  const fault = attempt.fault?.step === index ? attempt.fault : undefined;
  const message = fault && faultText(view, texts, attempt, fault);
  const isLast = index === eid.steps.length - 1;
  const isSigning = view.bindingMessage !== undefined;
  const path = pathOfStep(eid, view.path, index);

  return layout(view, {
    title: `${message ? texts.errorPrefix : ''}${stepTexts.heading} – ${eidTexts(view).simulator}`,
    otherLanguagePath: path,
    body: html`
      ${renderRequest(view, texts)}
      <p class="progress">${texts.progress(index + 1, eid.steps.length)}</p>
      <h1>${stepTexts.heading}</h1>
      <form id="step" method="post" action="${path}" novalidate>
        ${step.field === 'choice' ? renderChoices(step, stepTexts) : renderField(step, stepTexts, attempt.typed[index], message)}
        ${step.field === 'choice' ? undefined : html`<button class="primary" type="submit">${isLast ? texts.finish(isSigning) : texts.next}</button>`}
      </form>
      <div class="ways">
        ${index > 0 ? html`<a class="quiet" href="${pathOfStep(eid, view.path, index - 1)}">${texts.back}</a>` : undefined}
        <form id="cancel" method="post" action="${view.path}/cancel">
          <button class="quiet" type="submit">${texts.cancel}</button>
        </form>
      </div>`,
    footer: isLast && index > 0 && attempt.person ? texts.loggedInAs(attempt.person.name) : undefined,
  });
}

function faultText(
  view: LoginRequestView,
  texts: LoginTexts,
  attempt: LoginAttempt,
  fault: { code: string; isGuess: boolean },
): string {
  const known = { ...texts.faults, ...(view.eid.texts.en.faults ?? {}), ...(eidTexts(view).faults ?? {}) };
  const left = fault.isGuess ? ` ${texts.triesLeft(maxWrongTries - attempt.wrongTries)}` : '';
  return `${(known as Record<string, string>)[fault.code] ?? fault.code}${left}`;
}

function renderChoices(step: LoginStep, { hint }: { hint: string }): Html {
  return html`
    <p class="hint" id="hint">${hint}</p>
    <div class="choices">
      ${(step.choices ?? []).map(([value, label]) => html`<button class="choice" name="value" value="${value}" type="submit">${label}</button>`)}
    </div>`;
}

const attributesOfField: Record<'digits' | 'text' | 'code' | 'password', string> = {
  digits: 'class="digits" type="text" inputmode="numeric" autocomplete="off" maxlength="20"',
  text: 'type="text" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="60"',
  code: 'type="text" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="40"',
  password: 'type="password" autocomplete="current-password" maxlength="200"',
};

function renderField(
  step: LoginStep,
  texts: { label: string; hint: string },
  typed: string | undefined,
  message: string | undefined,
): Html {
  if (step.field === 'choice') return renderChoices(step, texts);
  if (step.field === 'confirmation') return html`<p class="hint">${texts.hint}</p>`;
  const faulty =
    message === undefined ? 'aria-describedby="hint"' : 'aria-invalid="true" aria-describedby="fault hint"';
  const shown = step.field === 'digits' || step.field === 'text' ? html` value="${typed ?? ''}"` : undefined;
  return html`
    <label for="value">${texts.label}</label>
    <p class="hint" id="hint">${texts.hint}</p>
    ${message ? html`<p class="fault" id="fault">${message}</p>` : undefined}
    <input id="value" name="value" ${new Html(attributesOfField[step.field])}${shown} autofocus ${new Html(faulty)}>`;
}

export function renderWaiting(view: LoginRequestView): Html {
  const texts = loginTexts[view.language];
  return layout(view, {
    title: `${texts.waitingHeading} – ${eidTexts(view).simulator}`,
    otherLanguagePath: `${view.path}/waiting`,
    body: html`
      ${renderRequest(view, texts)}
      <h1>${texts.waitingHeading}</h1>
      <p role="status">${texts.waitingBody}</p>
      <div class="ways">
        <form id="cancel" method="post" action="${view.path}/cancel">
          <button class="quiet" type="submit">${texts.cancel}</button>
        </form>
      </div>`,
  });
}

/** Shown for the moment until the browser follows `Refresh` to `returnTo`; the link serves browsers that don't. */
export function renderEnd(view: LoginRequestView, returnTo: string, authenticated: boolean): Html {
  const texts = loginTexts[view.language];
  const heading = authenticated ? texts.doneHeading : texts.endedHeading;
  return layout(view, {
    title: `${heading} – ${eidTexts(view).simulator}`,
    body: html`
      <h1>${heading}</h1>
      <p><a id="continue" href="${returnTo}">${texts.continueTo(view.merchantName)}</a></p>`,
  });
}

/** The page for a login that is over, or for a request that the OpenID provider refused before a login began (`code`). */
export function renderProblem(
  view: Pick<LoginRequestView, 'eid' | 'language' | 'path'>,
  code: string | undefined,
): Html {
  const texts = loginTexts[view.language];
  const heading = code === undefined ? texts.expiredHeading : texts.refusedHeading;
  return layout(view, {
    title: `${heading} – ${eidTexts(view).simulator}`,
    body: html`
        <h1>${heading}</h1>
        <p>${code === undefined ? texts.expiredBody : texts.refusedBody}</p>
        ${code === undefined ? undefined : html`<p><code>${code}</code></p>`}`,
  });
}

function renderRequest(view: LoginRequestView, texts: LoginTexts): Html {
  const [title, ...details] = (view.bindingMessage ?? '').split('\n');
  return html`
    <div class="request">
      <p>${title ? texts.signFor : texts.identifyTo} <strong>${view.merchantName}</strong></p>
      ${title ? html`<p class="document">${title}</p>` : undefined}
      ${details.map((detail) => html`<p class="detail">${detail}</p>`)}
    </div>`;
}

function eidTexts({ eid, language }: Pick<LoginRequestView, 'eid' | 'language'>) {
  return eid.texts[language] ?? eid.texts.en;
}

function layout(
  view: Pick<LoginRequestView, 'eid' | 'language' | 'path'>,
  // With `otherLanguagePath`, it is a page of a login that goes on.
  page: { title: string; body: Html; footer?: string | undefined; otherLanguagePath?: string },
): Html {
  const texts = loginTexts[view.language];
  const base = view.path.replace(/\/interaction\/.*$/, '');
  const other = languagesOf(view.eid).find((language) => language !== view.language);
  const otherTexts = other && loginTexts[other];
  return html`<!doctype html>
<html lang="${texts.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="color-scheme" content="light dark">
<title>${page.title}</title>
<link rel="stylesheet" href="${base}/${stylesheetPath}">
<link rel="icon" href="data:,">
</head>
<body>
<header>
  <p class="name"><span class="test">TEST</span> ${eidTexts(view).simulator}</p>
  ${page.otherLanguagePath && otherTexts ? html`<a class="language" hreflang="${otherTexts.lang}" lang="${otherTexts.lang}" href="${page.otherLanguagePath}?lang=${other}">${otherTexts.name}</a>` : undefined}
</header>
<main>
  <div class="card">${page.body}</div>
  ${page.footer ? html`<p class="certificate">${page.footer}</p>` : undefined}
  ${page.otherLanguagePath ? renderOutcomes(view, texts) : undefined}
</main>
<footer><p>${texts.simulatorNotice}</p></footer>
</body>
</html>
`;
}

/** The drawer that tells testers what they can type. */
function renderOutcomes(view: Pick<LoginRequestView, 'eid' | 'language'>, texts: LoginTexts): Html {
  const { rightCode, testPerson } = eidTexts(view);
  const outcomes = [[rightCode, texts.rightCode] as const, ...texts.outcomes];
  return html`
  <details>
    <summary>${texts.outcomesHeading}</summary>
    <p>${testPerson}</p>
    <p>${texts.outcomesIntro}</p>
    <dl>${outcomes.map(([word, outcome]) => html`<div><dt><code>${word}</code></dt><dd>${outcome}</dd></div>`)}</dl>
  </details>`;
}
