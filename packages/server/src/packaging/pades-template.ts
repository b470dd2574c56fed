/** What an account has its evidence pages look like; languages as in `EN`. Plain data: it crosses a thread boundary. */
export interface PadesTemplate {
  coverPageSetting: 'FIRSTPAGE' | 'LASTPAGE' | 'HIDDEN';
  coverPageHtml: string | undefined;
  detailsPageHtml: Partial<Record<string, string>>;
  /** At the foot of every page. */
  verifiedTemplate: Partial<Record<string, string>>;
  /** Over the built-in ones. */
  labels: Partial<Record<string, Record<string, string>>>;
  includeLogo: boolean;
  /** PNG or JPEG, instead of the account's. */
  logo: Uint8Array | undefined;
  timeZone: { iana: string; name: string };
}
