import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SecretBox } from '../kernel/keys/sealed-box.ts';
import type { OutgoingMessage } from './message-transport.ts';

/** A message as it was sent, with the link that it carries. */
export interface KeptMessage {
  message: OutgoingMessage;
  signUrl: string | undefined;
}

/** Encrypted and bound to its row; compressed before, because nothing compresses it afterwards. */
export function sealMessage(box: SecretBox, kept: KeptMessage): Buffer {
  return box.encrypt(deflateRawSync(JSON.stringify(kept)), boundTo(kept.message.id));
}

export function openMessage(box: SecretBox, messageId: string, sealed: Uint8Array): KeptMessage {
  return JSON.parse(inflateRawSync(box.decrypt(sealed, boundTo(messageId))).toString('utf8')) as KeptMessage;
}

function boundTo(messageId: string): string {
  return `message ${messageId}`;
}

/** What may be read of it in the log: whoever has the link can open the document. */
export function withoutLink({ message, signUrl }: KeptMessage): { title: string | undefined; text: string } {
  const readable = (text: string) => (signUrl === undefined ? text : text.replaceAll(signUrl, '{url}'));
  const title = message.channel === 'email' ? readable(message.subject) : undefined;
  return { title, text: readable(message.text) };
}
