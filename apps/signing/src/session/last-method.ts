const KEY = 'segl-last-eid';

/** The eID with which somebody last went on to sign on this device; nothing of the person. */
export function lastMethod(storage: () => Storage): string | null {
  try {
    return storage().getItem(KEY);
  } catch {
    return null;
  }
}

export function rememberMethod(storage: () => Storage, method: string): void {
  try {
    storage().setItem(KEY, method);
  } catch {
    // Forbidden inside a frame of another site: the order of next time is the sender's.
  }
}
