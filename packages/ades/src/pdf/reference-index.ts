import { AdesError } from '../ades-error.ts';
import { isDict, PdfRef, PdfStream, type PdfValue } from './objects.ts';
import { walkPages } from './page-tree.ts';
import type { PdfFile } from './pdf-file.ts';

const MAX_OBJECTS = 1_000_000;

/** Who refers to whom among the objects that the trailer leads to. One walk over the file, at its first use. */
export class ReferenceIndex {
  private readonly file: PdfFile;
  private referrers: Map<number, number[]> | undefined;
  private annotationArrays: Set<number> | undefined;

  constructor(file: PdfFile) {
    this.file = file;
  }

  /** Numbers of the objects that hold a reference to this one; 0 stands for the trailer. */
  referrersOf(number: number): readonly number[] {
    this.referrers ??= this.collect();
    return this.referrers.get(number) ?? [];
  }

  /** Whether the object is the /Annots of a page and nothing else. */
  isAnnotationArray(number: number): boolean {
    if (!this.annotationArrays) {
      this.annotationArrays = new Set();
      for (const { dict } of walkPages(this.file, this.file.catalog)) {
        const annotations = dict.get('Annots');
        if (annotations instanceof PdfRef) this.annotationArrays.add(annotations.number);
      }
    }
    return this.annotationArrays.has(number);
  }

  /** @throws PdfSyntaxError when an object is damaged; AdesError `pdf_too_complex` */
  private collect(): Map<number, number[]> {
    const found = new Map<number, number[]>();
    const queue: number[] = [];
    const scan = (start: PdfValue, owner: number): void => {
      const stack: PdfValue[] = [start];
      for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
        if (value instanceof PdfRef) {
          const known = found.get(value.number);
          if (!known) {
            if (found.size >= MAX_OBJECTS) throw new AdesError('pdf_too_complex', 'too many objects');
            found.set(value.number, [owner]);
            queue.push(value.number);
          } else if (known.at(-1) !== owner) known.push(owner);
        } else if (Array.isArray(value)) {
          for (const item of value) if (item !== null && typeof item === 'object') stack.push(item);
        } else {
          const entries = value instanceof PdfStream ? value.dict : value;
          if (isDict(entries)) for (const item of entries.values()) stack.push(item);
        }
      }
    };
    for (const key of ['Root', 'Info']) scan(this.file.trailer.get(key) ?? null, 0);
    for (let number = queue.pop(); number !== undefined; number = queue.pop()) {
      const entry = this.file.crossReference.entries.get(number);
      if (entry && entry.kind !== 'free') {
        scan(this.file.get(new PdfRef(number, entry.kind === 'offset' ? entry.generation : 0)), number);
      }
    }
    return found;
  }
}
