/** What this tab remembers of one session, so that a page that is loaded anew goes on. Other tabs know nothing of it. */
export interface TabStore {
  token(): string | null;
  saveToken(token: string): void;
  language(): string | null;
  saveLanguage(language: string): void;
}

/** `storage` is null where the browser gives a frame none: then it lasts as long as the page. */
export function openTabStore(link: string, storage: Storage | null): TabStore {
  const memory = new Map<string, string>();
  const read = (name: string) => {
    try {
      return storage?.getItem(`segl-id.${link}.${name}`) ?? memory.get(name) ?? null;
    } catch {
      return memory.get(name) ?? null;
    }
  };
  const write = (name: string, value: string) => {
    memory.set(name, value);
    try {
      storage?.setItem(`segl-id.${link}.${name}`, value);
    } catch {
      // Full or forbidden: it is in memory.
    }
  };
  return {
    token: () => read('token'),
    saveToken: (token) => write('token', token),
    language: () => read('language'),
    saveLanguage: (language) => write('language', language),
  };
}

export function tabStorage(page: Window): Storage | null {
  try {
    return page.sessionStorage;
  } catch {
    return null;
  }
}
