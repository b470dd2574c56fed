import { escaped } from './html.ts';

export interface GuideSection {
  id: string;
  title: string;
  /** HTML, made by this capability alone. */
  content: string;
}

const PAGES = [
  { path: '/docs/guide', title: 'Introduction' },
  { path: '/docs/guide/tokens', title: 'Getting a token' },
  { path: '/docs', title: 'API reference' },
] as const;

/** A page of the guide: what it covers on the side, one section after the other. */
export function guidePage(path: string, title: string, lead: string, sections: readonly GuideSection[]): string {
  const links = PAGES.map(
    (page) =>
      `<li><a href="${page.path}"${page.path === path ? ' aria-current="page"' : ''}>${escaped(page.title)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Segl API</title>
<link rel="stylesheet" href="/docs/guide.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header><nav aria-label="Documentation"><ul>${links.join('')}</ul></nav></header>
<div class="columns">
<nav class="contents" aria-label="On this page"><ul>${sections
    .map(({ id, title: name }) => `<li><a href="#${id}">${escaped(name)}</a></li>`)
    .join('')}</ul></nav>
<main id="content">
<h1>${escaped(title)}</h1>
<p class="lead">${escaped(lead)}</p>
${sections
  .map(({ id, title: name, content }) => `<section id="${id}"><h2>${escaped(name)}</h2>\n${content}\n</section>`)
  .join('\n')}
</main>
</div>
</body>
</html>
`;
}

/** The page on which the reference runs. Its script and its own start are files, so that nothing is inline. */
export const REFERENCE_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Segl API reference</title>
</head>
<body>
<div id="reference"></div>
<noscript>The reference needs JavaScript. <a href="/docs/guide">The introduction</a> and
<a href="/openapi.json">the OpenAPI document</a> do not.</noscript>
<script src="/docs/scalar.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

export const START_SCRIPT = `Scalar.createApiReference('#reference', {
  url: '/openapi.json',
  telemetry: false,
  withDefaultFonts: false,
  showDeveloperTools: 'never',
  hideClientButton: true,
  agent: { disabled: true },
  mcp: { disabled: true },
  externalUrls: undefined,
});
`;
