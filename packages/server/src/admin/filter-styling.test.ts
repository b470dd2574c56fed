import { expect, it } from 'vitest';
import { filterStyling } from './filter-styling.ts';

const OWN = 'https://sign.example.com/branding/';

it.each([
  ['.a', '#root .a'],
  ['.a, b > c', '#root .a,#root b>c'],
  ['body', '#root'],
  ['html body .a', '#root .a'],
  [':root', '#root'],
  ['BODY.x .a', '#root.x .a'],
  ['body ~ .a', '#root .a'],
  ['b\\6f dy + .a', '#root .a'],
  [':is(body, .a)', '#root :is(body,.a)'],
])('the selector %s becomes %s', (selector, expected) => {
  const { css, refused } = filterStyling(`${selector} { color: red }`, OWN);
  expect({ css, refused }).toEqual({ css: `${expected}{color:red}`, refused: [] });
});

it('rules inside of conditions are put below the root too, steps of movements are not', () => {
  const { css } = filterStyling(
    '@media (width > 40rem) { .a { color: red } } @keyframes turn { from { opacity: 0 } 50% { opacity: 1 } }',
    OWN,
  );
  expect(css).toContain('#root .a{color:red}');
  expect(css).toContain('@keyframes turn{from{opacity:0}50%{opacity:1}}');
});

it('images in the style sheet are taken, and those of the account are named', () => {
  const text = `.a { background: url(data:image/png;base64,AAAA) } .b { background: url("${OWN}abc.png") }`;
  expect(filterStyling(text, OWN)).toMatchObject({ refused: [], addresses: [`${OWN}abc.png`] });
});

it.each([
  '@import "x.css";',
  '@\\69mport "x.css";',
  '@font-face { font-family: x; src: url(data:font/woff2;base64,AAAA) }',
  '@namespace svg url(http://www.w3.org/2000/svg);',
  '.a { background: url(https://evil.example/x.png) }',
  '.a { background: url(//evil.example/x.png) }',
  '.a { background: u\\72l("https://evil.example/x.png") }',
  '.a { background: image-set("https://evil.example/x.png" 1x) }',
  '.a { background: -webkit-image-set(url(https://evil.example/x.png) 1x) }',
  '.a { --x: url(https://evil.example/x.png) }',
  '.a { background: url(data:text/html,x) }',
  '.a { position: fixed }',
  '.a { position: FIXED !important }',
  '.a { position: f\\69xed }',
  '.a { --p: fixed; position: var(--p) }',
  '.a { behavior: url(x.htc) }',
  '.a { width: expression(alert(1)) }',
  '.a { color: red; .b { color: blue } }',
  '.a { @media print { color: red } }',
  '& .a { color: red }',
  '.a { color: red; } } body { color: blue',
  '<!-- .a { color',
])('%s is refused', (text) => {
  const { css, refused } = filterStyling(text, OWN);
  expect(css).toBe('');
  expect(refused.length).toBeGreaterThan(0);
});

it('every refusal has its line', () => {
  expect(filterStyling('.a { position: fixed }\n\n@import "x.css";', OWN).refused).toEqual([
    'line 1: position: fixed is not taken',
    'line 3: @import is not taken',
  ]);
});
