import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/*
 * sealed = version (1 byte, 1) | salt (16) | ciphertext | tag (16)
 *
 * Key and nonce come from HKDF-SHA-256 (RFC 5869) of the purpose's key with the salt, so that no nonce can repeat under
 * one key however many values are sealed.
 */
const VERSION = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const OVERHEAD_BYTES = 1 + SALT_BYTES + TAG_BYTES;

/** Encrypts single values, such as columns. */
export interface SecretBox {
  /** `aad` says where the value belongs, for example its row: elsewhere it cannot be opened. */
  encrypt(plaintext: Uint8Array, aad: string): Buffer;
  /** Throws when the value was changed, belongs elsewhere, or was sealed under another key. */
  decrypt(sealed: Uint8Array, aad: string): Buffer;
}

/** A box for one purpose; boxes for different purposes cannot open each other's values. AES-256-GCM. */
export function createSecretBox(masterKey: Buffer, purpose: string): SecretBox {
  const purposeKey = Buffer.from(hkdfSync('sha256', masterKey, '', `segl sealed box ${purpose}`, KEY_BYTES));

  function derive(salt: Uint8Array): { key: Buffer; nonce: Buffer } {
    const bytes = Buffer.from(hkdfSync('sha256', purposeKey, salt, 'value', KEY_BYTES + NONCE_BYTES));
    return { key: bytes.subarray(0, KEY_BYTES), nonce: bytes.subarray(KEY_BYTES) };
  }

  return {
    encrypt(plaintext, aad) {
      const salt = randomBytes(SALT_BYTES);
      const { key, nonce } = derive(salt);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(aad));
      return Buffer.concat([Buffer.of(VERSION), salt, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },

    decrypt(sealed, aad) {
      if (sealed.length < OVERHEAD_BYTES || sealed[0] !== VERSION) throw new Error('this is no sealed value');
      const { key, nonce } = derive(sealed.subarray(1, 1 + SALT_BYTES));
      const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(aad));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const plaintext = decipher.update(sealed.subarray(1 + SALT_BYTES, -TAG_BYTES));
      try {
        return Buffer.concat([plaintext, decipher.final()]);
      } catch (cause) {
        throw new Error('a sealed value could not be opened: wrong key, wrong place, or changed', { cause });
      }
    },
  };
}
