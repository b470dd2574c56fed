/**
 * RC2 in CBC mode, decryption only (RFC 2268). Old PKCS#12 files hide their certificates with it, under keys of 40 bits;
 * OpenSSL has moved it to a module that Node does not load. It protects nothing and is used for nothing else.
 */

/** PITABLE, RFC 2268 §2: digits of pi. */
const PI = Buffer.from(
  'd978f9c419ddb5ed28e9fd794aa0d89dc67e37832b76538e624c6488448bfba2179a59f587b34f1361456d8d09817d32' +
    'bd8f40eb86b77b0bf09521225c6b4e8254d66593ce60b21c7356c014a78cf1dc1275ca1f3bbee4d1423dd430a33cb626' +
    '6fbf0eda4669075727f21d9bbc944303f811c7f690ef3ee706c3d52fc8661ed708e8eade8052eef784aa72ac354d6a2a' +
    '961ad2715a1549744b9fd05e0418a4ecc2e0416e0f51cbcc2491af50a1f47039997c3a8523b8b47afc02365b25559731' +
    '2d5dfa98e38a92ae05df2910676cbac9d300e6cfe19ea82c6316013f58e289a90d38341bab33ffb0bb480c5fb9b1cd2e' +
    'c5f3db47e5a59c770aa62068fe7fc1ad',
  'hex',
);

/** RFC 2268 §2: 64 words of 16 bits. */
function expandKey(key: Uint8Array, effectiveBits: number): Uint16Array {
  const bytes = new Uint8Array(128);
  bytes.set(key);
  for (let i = key.length; i < 128; i++) bytes[i] = PI[(bytes[i - 1]! + bytes[i - key.length]!) & 0xff]!;
  const length = Math.ceil(effectiveBits / 8);
  const mask = 0xff >> (8 * length - effectiveBits);
  bytes[128 - length] = PI[bytes[128 - length]! & mask]!;
  for (let i = 127 - length; i >= 0; i--) bytes[i] = PI[bytes[i + 1]! ^ bytes[i + length]!]!;
  return Uint16Array.from({ length: 64 }, (_item, i) => bytes[2 * i]! | (bytes[2 * i + 1]! << 8));
}

const ROTATIONS = [1, 2, 3, 5];

/** RFC 2268 §4: rounds in reverse, 5 mixing, mashing, 6 mixing, mashing, 5 mixing. */
function decryptBlock(words: Uint16Array, k: Uint16Array): void {
  let j = 63;
  const mix = () => {
    for (let i = 3; i >= 0; i--) {
      const turn = ROTATIONS[i]!;
      const [a, b, c] = [words[(i + 3) & 3]!, words[(i + 2) & 3]!, words[(i + 1) & 3]!];
      const rotated = (words[i]! >>> turn) | (words[i]! << (16 - turn));
      words[i] = rotated - k[j--]! - (a & b) - (~a & c);
    }
  };
  const mash = () => {
    for (let i = 3; i >= 0; i--) words[i]! -= k[words[(i + 3) & 3]! & 63]!;
  };
  for (let round = 0; round < 16; round++) {
    mix();
    if (round === 4 || round === 10) mash();
  }
}

/** Decrypts whole blocks; the padding stays. @throws RangeError when the length is not a multiple of 8 */
export function decryptRc2Cbc(data: Uint8Array, key: Uint8Array, iv: Uint8Array, effectiveBits: number): Buffer {
  if (data.length % 8 !== 0) throw new RangeError('not whole blocks');
  const k = expandKey(key, effectiveBits);
  const out = Buffer.alloc(data.length);
  const source = Buffer.from(data);
  let previous = Buffer.from(iv);
  for (let at = 0; at < source.length; at += 8) {
    const words = Uint16Array.from({ length: 4 }, (_item, i) => source.readUInt16LE(at + 2 * i));
    decryptBlock(words, k);
    for (let i = 0; i < 4; i++) out.writeUInt16LE(words[i]! ^ previous.readUInt16LE(2 * i), at + 2 * i);
    previous = source.subarray(at, at + 8);
  }
  return out;
}
