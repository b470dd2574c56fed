/** Text as HTML text or attribute value. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A block of code or of an HTTP exchange; reachable by keyboard, as it may scroll. */
export function code(text: string, label: string): string {
  return `<pre tabindex="0" role="region" aria-label="${escaped(label)}"><code>${escaped(text.trim())}</code></pre>`;
}
