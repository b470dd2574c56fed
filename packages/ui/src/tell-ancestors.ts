/**
 * Posts a message, as JSON text, to every page around this one; the browser delivers only where the origin is the one
 * named.
 */
export function tellAncestors(page: Window, origins: readonly string[], message: object): void {
  const text = JSON.stringify(message);
  for (let frame = page; frame !== frame.parent; frame = frame.parent) {
    for (const origin of origins) frame.parent.postMessage(text, origin);
  }
}
