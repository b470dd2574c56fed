export type StoredSession = { sessionToken: string; signToken: string };

/** Where the reader was, so that a way back never loses the place. */
export type ReadingPlace = { page: number; fraction: number };

export type SessionStore = {
  /** A new session of the same link has a handle of its own; what was kept goes along. */
  moveTo(handle: string): void;
  tokens(): StoredSession | null;
  saveTokens(tokens: StoredSession): void;
  dropSessionToken(): void;
  place(): ReadingPlace | null;
  savePlace(place: ReadingPlace): void;
  language(): string | null;
  saveLanguage(language: string): void;
  clear(): void;
};

const kinds = ['session', 'sign', 'place', 'language'] as const;

/**
 * Keeps the tokens of one sign session for this tab. They never go into a cookie: browsers block those in embedded
 * pages. Where storage is blocked too (privacy modes, sandboxed frames), memory holds them until the page is left.
 */
export function openSessionStore(firstHandle: string, storage: Storage | null): SessionStore {
  const memory = new Map<string, string>();
  let handle = firstHandle;
  const keyOf = (name: string) => `segl.sign.${handle}.${name}`;

  function read(name: string): string | null {
    const key = keyOf(name);
    try {
      return storage?.getItem(key) ?? memory.get(key) ?? null;
    } catch {
      return memory.get(key) ?? null;
    }
  }

  function write(name: string, value: string | null): void {
    const key = keyOf(name);
    if (value === null) memory.delete(key);
    else memory.set(key, value);
    try {
      if (value === null) storage?.removeItem(key);
      else storage?.setItem(key, value);
    } catch {
      // Blocked or full: memory has it.
    }
  }

  return {
    moveTo(nextHandle) {
      const kept = kinds.map((name) => [name, read(name)] as const);
      for (const name of kinds) write(name, null);
      handle = nextHandle;
      for (const [name, value] of kept) if (value !== null) write(name, value);
    },
    tokens() {
      const sessionToken = read('session');
      const signToken = read('sign');
      return sessionToken !== null && signToken !== null ? { sessionToken, signToken } : null;
    },
    saveTokens(tokens) {
      write('session', tokens.sessionToken);
      write('sign', tokens.signToken);
    },
    dropSessionToken: () => write('session', ''),
    place() {
      const [page, fraction] = (read('place') ?? '').split(':').map(Number);
      return page && Number.isInteger(page) ? { page, fraction: fraction || 0 } : null;
    },
    savePlace: ({ page, fraction }) => write('place', `${page}:${fraction.toFixed(3)}`),
    language: () => read('language'),
    saveLanguage: (language) => write('language', language),
    clear() {
      for (const name of kinds) write(name, null);
    },
  };
}

/** The tab's storage, or null where the browser forbids even to ask for it. */
export function tabStorage(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}
