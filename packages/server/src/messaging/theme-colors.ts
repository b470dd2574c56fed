import type { ColorTheme } from './messaging-deps.ts';

/** The colours of the signing app's themes: the button of an e-mail looks like the page it leads to. */
export const THEME_COLORS: Record<ColorTheme, string> = {
  Default: '#1F4FD8',
  Black: '#000000',
  Blue: '#1976D2',
  Cyan: '#00BCD4',
  Dark: '#303030',
  Lime: '#CDDC39',
  Neutral: '#9E9E9E',
  Pink: '#E91E63',
  Purple: '#9C27B0',
  Red: '#F44336',
  Teal: '#009688',
  Indigo: '#3F51B5',
  LightBlue: '#03A9F4',
  DeepPurple: '#673AB7',
  Green: '#4CAF50',
  LightGreen: '#8BC34A',
  Yellow: '#FFEB3B',
  Amber: '#FFC107',
  Orange: '#FF9800',
  DeepOrange: '#FF5722',
  Brown: '#795548',
  Gray: '#757575',
  BlueGray: '#607D8B',
  OceanGreen: '#00796B',
  GreenOcean: '#26A69A',
};

/** Black or white, whichever is easier to read on the `#rrggbb` ground (contrast ratio of WCAG 2.2). */
export function inkOn(ground: string): '#000000' | '#ffffff' {
  const luminance = relativeLuminance(ground);
  return 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? '#ffffff' : '#000000';
}

export function relativeLuminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
