import { inkOn, isDarkMode, longHex, themeColors, themeNamed } from './themes.ts';

/** `ui.styling` of the contract. */
export type Theme = {
  colorTheme: string;
  themeMode: string;
  spinner?: string;
  /** `#rgb` or `#rrggbb`. */
  backgroundColor?: string;
};

/** Puts the account's colours on the page. Names that do not exist give the default theme. */
export function applyTheme(root: HTMLElement, theme: Theme): void {
  const name = themeNamed(theme.colorTheme);
  root.dataset.mode = isDarkMode(name, theme.themeMode) ? 'dark' : 'light';
  root.dataset.spinner = theme.spinner ?? 'Document';
  setColors(root, 'ground', theme.backgroundColor && longHex(theme.backgroundColor));
  root.toggleAttribute('data-ground', theme.backgroundColor !== undefined);
  setColors(root, 'bar', name === 'Default' ? undefined : themeColors[name]);
  if (name === 'Default') delete root.dataset.theme;
  else root.dataset.theme = 'account';
}

/** A ground and, in the ink that is easier to read on it, what stands there. */
function setColors(root: HTMLElement, what: 'bar' | 'ground', ground: string | undefined): void {
  if (ground === undefined) {
    root.style.removeProperty(`--${what}`);
    root.style.removeProperty(`--${what}-ink`);
    return;
  }
  root.style.setProperty(`--${what}`, ground);
  root.style.setProperty(`--${what}-ink`, inkOn(ground));
}
