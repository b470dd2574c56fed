import type { SecretBox } from '../kernel/keys/sealed-box.ts';

/** Bound to its webhook: copied to another row it cannot be opened. */
export function sealSecret(box: SecretBox, webhookId: number, secret: string): Buffer {
  return box.encrypt(Buffer.from(secret, 'utf8'), boundTo(webhookId));
}

export function openSecret(box: SecretBox, webhookId: number, sealed: Buffer): string {
  return box.decrypt(sealed, boundTo(webhookId)).toString('utf8');
}

function boundTo(webhookId: number): string {
  return `webhook ${webhookId}`;
}
