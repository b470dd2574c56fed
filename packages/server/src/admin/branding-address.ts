/** What an account or a dealer uploads for everybody to see. */
export type BrandingKind = 'logo' | 'dealer_logo' | 'styling';

export const BRANDING_PATH = '/branding';

/** The public address: another content is another address. */
export function brandingUrl(publicUrl: string, kind: BrandingKind, hash: string): string {
  return `${publicUrl}${BRANDING_PATH}/${hash}.${kind === 'styling' ? 'css' : 'png'}`;
}
