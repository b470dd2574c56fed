const ID = 'account-styling';

/** Puts the account's own style sheet on the page, after those of the app; nothing takes it off again. */
export function applyAccountStyling(page: Document, url: string | undefined): void {
  const there = page.getElementById(ID) as HTMLLinkElement | null;
  if (url === undefined) there?.remove();
  if (url === undefined || there?.getAttribute('href') === url) return;
  const link = there ?? page.createElement('link');
  link.id = ID;
  link.rel = 'stylesheet';
  link.href = url;
  page.head.append(link);
}
