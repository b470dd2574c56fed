import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inkOn, relativeLuminance, THEME_COLORS } from './theme-colors.ts';

const themes = readFileSync(new URL('../../../ui/src/themes.ts', import.meta.url), 'utf8');

describe('the button of an e-mail', () => {
  it('has the colours of the page that it leads to', () => {
    const ofTheApp = [...themes.matchAll(/^ {2}(\w+): '(#[0-9A-F]{6})',$/gm)].map(([, name, color]) => [name, color]);
    expect(ofTheApp.length).toBeGreaterThan(20);
    expect(THEME_COLORS).toEqual(Object.fromEntries(ofTheApp));
  });

  it.each(Object.values(THEME_COLORS))('is readable on %s', (ground) => {
    const [light, dark] = [relativeLuminance(ground), relativeLuminance(inkOn(ground))].sort((a, b) => b - a);
    expect((light! + 0.05) / (dark! + 0.05)).toBeGreaterThanOrEqual(4.5);
  });
});
