import { AdesError } from '../ades-error.ts';
import { elementsOf, type XmlElement } from './xml-tree.ts';

/** Takes the children of an element one after the other. Errors have the code of the format that is read. */
export class ChildReader {
  private readonly items: XmlElement[];
  private readonly namespace: string;
  private readonly code: string;
  private index = 0;

  constructor(parent: XmlElement, namespace: string, code: string) {
    this.items = elementsOf(parent);
    this.namespace = namespace;
    this.code = code;
  }

  optional(local: string, namespace = this.namespace): XmlElement | undefined {
    const element = this.items[this.index];
    if (element?.uri !== namespace || element.local !== local) return undefined;
    this.index++;
    return element;
  }

  next(local: string, namespace?: string): XmlElement {
    const element = this.optional(local, namespace);
    if (!element) throw new AdesError(this.code, `${local} is missing in the signature`);
    return element;
  }

  all(local: string, namespace?: string): XmlElement[] {
    const found: XmlElement[] = [];
    for (let element = this.optional(local, namespace); element; element = this.optional(local, namespace)) {
      found.push(element);
    }
    return found;
  }

  end(): void {
    const left = this.items[this.index];
    if (left) throw new AdesError(this.code, `${left.local} is not read in a signature`);
  }
}
