import { elementsOf, type XmlDocument as XmlTree } from '@segl/ades/xml';

/** Of the engine, beside what its host takes. */
const MAX_MEMORY_BYTES = 512 * 1024 * 1024;

/**
 * The document as its style sheet shows it: HTML, or text where the sheet says so. The engine is libxslt, compiled to
 * WebAssembly: it sees its own memory and nothing else, no file and no network. It is loaded into the calling thread,
 * which is taken to work for one document only. Throws when the sheet is wrong, or needs too much memory.
 */
export async function applyStyleSheet(
  content: Uint8Array,
  styleSheet: Uint8Array,
  sheet: XmlTree,
): Promise<{ kind: 'html' | 'text'; text: string }> {
  limitMemory();
  // The engine would fetch what a document names. Style sheets that name any are refused before; this is the second lock.
  globalThis.fetch = () => Promise.reject(new Error('style sheets fetch nothing'));
  const { XmlDocument, XsltStylesheet } = await import('libxslt-wasm');
  const document = await XmlDocument.from(content);
  const compiled = await XsltStylesheet.from(styleSheet);
  const result = await compiled.apply(document);
  return isTextOutput(sheet)
    ? { kind: 'text', text: compiled.applyToString(result) }
    : { kind: 'html', text: result.toHtmlString() };
}

function isTextOutput({ root }: XmlTree): boolean {
  return elementsOf(root).some(
    (element) =>
      element.local === 'output' &&
      element.attributes.some(({ local, value }) => local === 'method' && value.trim() === 'text'),
  );
}

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The limits of a thread do not count WebAssembly's memory. Refused growth is an allocation that failed. */
function limitMemory(): void {
  // The types of the server's environment leave WebAssembly out.
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { Memory: { prototype: Memory } } };
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function growWithin(this: Memory, pages: number): number {
    if (this.buffer.byteLength + pages * 65_536 > MAX_MEMORY_BYTES) throw new RangeError('the memory limit is reached');
    return grow.call(this, pages);
  };
}
