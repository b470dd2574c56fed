import { name, type PdfDict, PdfRef, PdfStream, PdfString, type PdfValue } from './objects.ts';

const MAX_DEPTH = 200;

/** Character classes of ISO 32000-2 §7.2.3: 1 white space, 2 delimiter, 0 regular. */
const CLASS = new Uint8Array(256);
for (const byte of [0, 9, 10, 12, 13, 32]) CLASS[byte] = 1;
for (const byte of Buffer.from('()<>[]{}/%')) CLASS[byte] = 2;

const HEX = new Int8Array(256).fill(-1);
for (let i = 0; i < 10; i++) HEX[48 + i] = i;
for (let i = 0; i < 6; i++) {
  HEX[65 + i] = 10 + i;
  HEX[97 + i] = 10 + i;
}

/** The bytes do not follow the syntax. Only ever seen inside this folder. */
export class PdfSyntaxError extends Error {}

/** Recursive-descent parser over bytes, strict about syntax and bounded in depth. */
export class ObjectParser {
  readonly bytes: Buffer;
  position: number;

  constructor(bytes: Buffer, position = 0) {
    this.bytes = bytes;
    this.position = position;
  }

  skipSpace(): void {
    const { bytes } = this;
    let position = this.position;
    while (position < bytes.length) {
      const byte = bytes[position]!;
      if (byte === 0x25) {
        while (position < bytes.length && bytes[position] !== 10 && bytes[position] !== 13) position++;
      } else if (CLASS[byte] !== 1) {
        break;
      } else {
        position++;
      }
    }
    this.position = position;
  }

  /** Consumes the keyword when it is next, as a whole token. */
  tryKeyword(keyword: string): boolean {
    this.skipSpace();
    const { bytes, position } = this;
    for (let i = 0; i < keyword.length; i++) if (bytes[position + i] !== keyword.charCodeAt(i)) return false;
    const after = bytes[position + keyword.length];
    if (after !== undefined && CLASS[after] === 0) return false;
    this.position = position + keyword.length;
    return true;
  }

  expectKeyword(keyword: string): void {
    if (!this.tryKeyword(keyword)) throw new PdfSyntaxError(`${keyword} is missing at ${this.position}`);
  }

  /** A non-negative integer, or nothing (position unchanged). */
  tryInteger(): number | undefined {
    this.skipSpace();
    const { bytes } = this;
    let position = this.position;
    let value = 0;
    const start = position;
    while (position < bytes.length) {
      const digit = bytes[position]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      position++;
    }
    if (position === start || position - start > 15) return undefined;
    this.position = position;
    return value;
  }

  parseObject(depth = 0): PdfValue {
    if (depth > MAX_DEPTH) throw new PdfSyntaxError('objects are nested too deeply');
    this.skipSpace();
    const byte = this.bytes[this.position];
    switch (byte) {
      case undefined:
        throw new PdfSyntaxError('object is cut off');
      case 0x2f:
        return name(this.parseName());
      case 0x28:
        return this.parseLiteralString();
      case 0x5b:
        return this.parseArray(depth);
      case 0x3c:
        return this.bytes[this.position + 1] === 0x3c ? this.parseDict(depth) : this.parseHexString();
    }
    if ((byte >= 48 && byte <= 57) || byte === 0x2b || byte === 0x2d || byte === 0x2e) return this.parseNumberOrRef();
    if (this.tryKeyword('null')) return null;
    if (this.tryKeyword('true')) return true;
    if (this.tryKeyword('false')) return false;
    throw new PdfSyntaxError(`unexpected byte at ${this.position}`);
  }

  private parseName(): string {
    const { bytes } = this;
    let position = this.position + 1;
    const start = position;
    let escaped = false;
    while (position < bytes.length && CLASS[bytes[position]!] === 0) {
      if (bytes[position] === 0x23) escaped = true;
      position++;
    }
    this.position = position;
    const raw = bytes.toString('latin1', start, position);
    if (!escaped) return raw;
    return raw.replace(/#([0-9A-Fa-f]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  }

  private parseNumberOrRef(): PdfValue {
    const start = this.position;
    const integer = this.tryInteger();
    const next = this.bytes[this.position];
    if (integer !== undefined && next !== 0x2e && (next === undefined || CLASS[next] !== 0)) {
      const after = this.position;
      const generation = CLASS[next ?? 0] === 1 ? this.tryInteger() : undefined;
      if (generation !== undefined && generation <= 65535 && this.tryKeyword('R')) {
        return new PdfRef(integer, generation);
      }
      this.position = after;
      return integer;
    }
    this.position = start;
    let end = start;
    while (end < this.bytes.length && CLASS[this.bytes[end]!] === 0) end++;
    const token = this.bytes.toString('latin1', start, end);
    // Readers take "--5" and "1.2-3" in different ways; such numbers are left to the repair.
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(token)) {
      if (/^[+-]?\.?$/.test(token)) {
        this.position = end;
        return 0;
      }
      throw new PdfSyntaxError(`malformed number at ${start}`);
    }
    this.position = end;
    return Number(token);
  }

  private parseArray(depth: number): PdfValue[] {
    this.position++;
    const out: PdfValue[] = [];
    while (true) {
      this.skipSpace();
      if (this.bytes[this.position] === 0x5d) {
        this.position++;
        return out;
      }
      out.push(this.parseObject(depth + 1));
    }
  }

  private parseDict(depth: number): PdfDict {
    this.position += 2;
    const out: PdfDict = new Map();
    while (true) {
      this.skipSpace();
      const byte = this.bytes[this.position];
      if (byte === 0x3e && this.bytes[this.position + 1] === 0x3e) {
        this.position += 2;
        return out;
      }
      if (byte !== 0x2f) throw new PdfSyntaxError(`dictionary key is missing at ${this.position}`);
      const key = this.parseName();
      out.set(key, this.parseObject(depth + 1));
    }
  }

  private parseHexString(): PdfString {
    const { bytes } = this;
    const end = bytes.indexOf(0x3e, this.position);
    if (end < 0) throw new PdfSyntaxError('hexadecimal string is not closed');
    const out = Buffer.allocUnsafe((end - this.position) >> 1);
    let length = 0;
    let high = -1;
    for (let i = this.position + 1; i < end; i++) {
      const nibble = HEX[bytes[i]!]!;
      if (nibble < 0) {
        if (CLASS[bytes[i]!] === 1) continue;
        throw new PdfSyntaxError(`bad hexadecimal digit at ${i}`);
      }
      if (high < 0) {
        high = nibble;
      } else {
        out[length++] = (high << 4) | nibble;
        high = -1;
      }
    }
    if (high >= 0) out[length++] = high << 4;
    this.position = end + 1;
    return new PdfString(out.subarray(0, length));
  }

  private parseLiteralString(): PdfString {
    const { bytes } = this;
    const out: number[] = [];
    let nesting = 1;
    let position = this.position + 1;
    while (position < bytes.length) {
      let byte = bytes[position++]!;
      if (byte === 0x28) nesting++;
      else if (byte === 0x29 && --nesting === 0) {
        this.position = position;
        return new PdfString(Buffer.from(out));
      } else if (byte === 0x0d) {
        if (bytes[position] === 0x0a) position++;
        byte = 0x0a;
      } else if (byte === 0x5c) {
        const code = bytes[position++];
        if (code === undefined) break;
        if (code >= 48 && code <= 55) {
          let octal = code - 48;
          for (let i = 0; i < 2 && bytes[position]! >= 48 && bytes[position]! <= 55; i++) {
            octal = octal * 8 + bytes[position++]! - 48;
          }
          byte = octal & 0xff;
        } else if (code === 0x0d || code === 0x0a) {
          if (code === 0x0d && bytes[position] === 0x0a) position++;
          continue;
        } else {
          const at = 'nrtbf'.indexOf(String.fromCharCode(code));
          byte = at >= 0 ? '\n\r\t\b\f'.charCodeAt(at) : code;
        }
      }
      out.push(byte);
    }
    throw new PdfSyntaxError('string is not closed');
  }

  /**
   * `N G obj … endobj` at the current position.
   * @param resolveLength finds the value of an indirect /Length
   */
  parseIndirectObject(resolveLength: (ref: PdfRef) => number | undefined): {
    number: number;
    generation: number;
    value: PdfValue;
  } {
    const number = this.tryInteger();
    const generation = this.tryInteger();
    if (number === undefined || generation === undefined) throw new PdfSyntaxError('object number is missing');
    this.expectKeyword('obj');
    let value: PdfValue = this.tryKeyword('endobj') ? null : this.parseObject();
    if (value instanceof Map && this.tryKeyword('stream')) value = this.parseStream(value, resolveLength);
    return { number, generation, value };
  }

  private parseStream(dict: PdfDict, resolveLength: (ref: PdfRef) => number | undefined): PdfStream {
    const { bytes } = this;
    if (bytes[this.position] === 0x0d) this.position++;
    if (bytes[this.position] === 0x0a) this.position++;
    const start = this.position;
    const lengthValue = dict.get('Length');
    const length = lengthValue instanceof PdfRef ? resolveLength(lengthValue) : lengthValue;
    if (typeof length !== 'number' || !Number.isInteger(length) || length < 0 || start + length > bytes.length) {
      throw new PdfSyntaxError(`length of the stream at ${start} is missing or wrong`);
    }
    this.position = start + length;
    this.expectKeyword('endstream');
    return new PdfStream(dict, bytes.subarray(start, start + length));
  }
}
