import { Html, html } from '../html.ts';
import { type LoginAttempt, type LoginStep, maxWrongTries } from './login-attempt.ts';
import { type Language, type LoginTexts, loginTexts } from './login-texts.ts';

/** What the pages show of the relying party's request. */
export interface LoginRequestView {
  merchantName: string;
  /** First line: title of the document. Further lines: detail, such as its digest. Absent when the person only logs in. */
  bindingMessage: string | undefined;
  language: Language;
  /** Absolute path of the interaction, without a slash at its end. */
  path: string;
}

export const stylesheetPath = 'assets/login.css';

interface StepView {
  number: number;
  path: string;
  heading: string;
  label: string;
  hint: string;
  field: Html;
  backPath?: string;
}

/** The page of one step. The field's name is `value` on every step. */
export function renderStep(view: LoginRequestView, attempt: LoginAttempt, step: LoginStep): Html {
  const texts = loginTexts[view.language];
  if (step === 'waiting') return renderWaiting(view, texts);
  const stepView = describeStep(view, attempt, step, texts);
  const fault = attempt.fault?.step === step ? attempt.fault.code : undefined;
  const countsTries = fault === 'wrong_code' || fault === 'wrong_password';
  const message =
    fault && `${texts.faults[fault]}${countsTries ? ` ${texts.triesLeft(maxWrongTries - attempt.wrongTries)}` : ''}`;
  const signs = view.bindingMessage !== undefined;
  const certificate =
    step === 'password' && attempt.person
      ? texts.certificateOf(`${attempt.person.familyName}, ${attempt.person.givenName}`)
      : undefined;

  return layout(view, {
    title: `${message ? texts.errorPrefix : ''}${stepView.heading} – ${texts.simulator}`,
    otherLanguagePath: stepView.path,
    body: html`
      ${renderRequest(view, texts)}
      <p class="progress">${texts.progress(stepView.number)}</p>
      <h1>${stepView.heading}</h1>
      <form id="step" method="post" action="${stepView.path}" novalidate>
        <label for="value">${stepView.label}</label>
        <p class="hint" id="hint">${stepView.hint}</p>
        ${message ? html`<p class="fault" id="fault">${message}</p>` : undefined}
        ${withFault(stepView.field, message !== undefined)}
        <button class="primary" type="submit">${step === 'password' ? texts.finish(signs) : texts.next}</button>
      </form>
      <div class="ways">
        ${stepView.backPath ? html`<a class="quiet" href="${stepView.backPath}">${texts.back}</a>` : undefined}
        <form id="cancel" method="post" action="${view.path}/cancel">
          <button class="quiet" type="submit">${texts.cancel}</button>
        </form>
      </div>`,
    footer: certificate,
  });
}

function describeStep(
  view: LoginRequestView,
  attempt: LoginAttempt,
  step: 'number' | 'code' | 'password',
  texts: LoginTexts,
): StepView {
  if (step === 'number') {
    return {
      number: 1,
      path: view.path,
      heading: texts.numberHeading,
      label: texts.numberLabel,
      hint: texts.numberHint,
      field: html`<input id="value" name="value" class="digits" type="text" inputmode="numeric" autocomplete="off" maxlength="20" value="${attempt.typedNumber}" autofocus aria-describedby="hint">`,
    };
  }
  if (step === 'code') {
    return {
      number: 2,
      path: `${view.path}/code`,
      heading: texts.codeHeading,
      label: texts.codeLabel,
      hint: texts.codeHint,
      field: html`<input id="value" name="value" type="text" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" maxlength="40" autofocus aria-describedby="hint">`,
      backPath: view.path,
    };
  }
  return {
    number: 3,
    path: `${view.path}/password`,
    heading: texts.passwordHeading,
    label: texts.passwordLabel,
    hint: texts.passwordHint,
    field: html`<input id="value" name="value" type="password" autocomplete="current-password" maxlength="200" autofocus aria-describedby="hint">`,
    backPath: `${view.path}/code`,
  };
}

function withFault(field: Html, faulty: boolean): Html {
  if (!faulty) return field;
  return new Html(field.text.replace('aria-describedby="hint"', 'aria-invalid="true" aria-describedby="fault hint"'));
}

function renderWaiting(view: LoginRequestView, texts: LoginTexts): Html {
  return layout(view, {
    title: `${texts.waitingHeading} – ${texts.simulator}`,
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
    title: `${heading} – ${texts.simulator}`,
    body: html`
      <h1>${heading}</h1>
      <p><a id="continue" href="${returnTo}">${texts.continueTo(view.merchantName)}</a></p>`,
  });
}

/** The page for a login that is over, or for a request that the OpenID provider refused before a login began (`code`). */
export function renderProblem(language: Language, basePath: string, code: string | undefined): Html {
  const texts = loginTexts[language];
  const heading = code === undefined ? texts.expiredHeading : texts.refusedHeading;
  return layout(
    { language, path: basePath },
    {
      title: `${heading} – ${texts.simulator}`,
      body: html`
        <h1>${heading}</h1>
        <p>${code === undefined ? texts.expiredBody : texts.refusedBody}</p>
        ${code === undefined ? undefined : html`<p><code>${code}</code></p>`}`,
    },
  );
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

function layout(
  view: Pick<LoginRequestView, 'language' | 'path'>,
  // With `otherLanguagePath`, it is a page of a login that goes on.
  page: { title: string; body: Html; footer?: string | undefined; otherLanguagePath?: string },
): Html {
  const texts = loginTexts[view.language];
  const base = view.path.replace(/\/interaction\/.*$/, '');
  const other: Language = view.language === 'no' ? 'en' : 'no';
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
  <p class="name"><span class="test">TEST</span> ${texts.simulator}</p>
  ${page.otherLanguagePath ? html`<a class="language" hreflang="${loginTexts[other].lang}" lang="${loginTexts[other].lang}" href="${page.otherLanguagePath}?lang=${other}">${texts.otherLanguage}</a>` : undefined}
</header>
<main>
  <div class="card">${page.body}</div>
  ${page.footer ? html`<p class="certificate">${page.footer}</p>` : undefined}
  ${page.otherLanguagePath ? renderOutcomes(texts) : undefined}
</main>
<footer><p>${texts.simulatorNotice}</p></footer>
</body>
</html>
`;
}

/** The drawer that tells testers what they can type. */
function renderOutcomes(texts: LoginTexts): Html {
  return html`
  <details>
    <summary>${texts.outcomesHeading}</summary>
    <p>${texts.testPerson}</p>
    <p>${texts.outcomesIntro}</p>
    <dl>${texts.outcomes.map(([word, outcome]) => html`<div><dt><code>${word}</code></dt><dd>${outcome}</dd></div>`)}</dl>
  </details>`;
}
