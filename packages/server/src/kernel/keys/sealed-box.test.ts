import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createSecretBox } from './sealed-box.ts';

const masterKey = randomBytes(32);
const box = createSecretBox(masterKey, 'columns');

it('opens what it sealed, in its place', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), (plaintext, aad) => {
      expect(new Uint8Array(box.decrypt(box.encrypt(plaintext, aad), aad))).toEqual(plaintext);
    }),
  );
});

it('never seals the same value to the same bytes', () => {
  const value = Buffer.from('12345678910');
  expect(box.encrypt(value, 'signer 1').equals(box.encrypt(value, 'signer 1'))).toBe(false);
});

it('does not open a value elsewhere, for another purpose, or under another key', () => {
  const sealed = box.encrypt(Buffer.from('12345678910'), 'signer 1');
  expect(() => box.decrypt(sealed, 'signer 2')).toThrow('could not be opened');
  expect(() => createSecretBox(masterKey, 'private keys').decrypt(sealed, 'signer 1')).toThrow('could not be opened');
  expect(() => createSecretBox(randomBytes(32), 'columns').decrypt(sealed, 'signer 1')).toThrow('could not be opened');
});

it('notices a change of any byte and any cut', () => {
  const sealed = box.encrypt(Buffer.from('12345678910'), 'signer 1');
  for (let position = 0; position < sealed.length; position++) {
    const changed = Buffer.from(sealed);
    changed[position]! ^= 0x80;
    expect(() => box.decrypt(changed, 'signer 1')).toThrow();
    expect(() => box.decrypt(sealed.subarray(0, position), 'signer 1')).toThrow();
  }
});
