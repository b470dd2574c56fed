import type { SigningSettings } from '../admin/index.ts';
import { SeglError } from '../kernel/errors/segl-error.ts';

export type DocumentLimits = Pick<SigningSettings, 'maxSigners' | 'maxAttachments'>;

/** Throws 422 `too_many_signers`. */
export function requireAllowedSigners({ maxSigners }: DocumentLimits, signers: number): void {
  if (signers <= maxSigners) return;
  throw new SeglError(422, 'too_many_signers', `A document of this account has at most ${maxSigners} signers.`);
}

/** Throws 422 `too_many_attachments`. */
export function requireAllowedAttachments({ maxAttachments }: DocumentLimits, attachments: number): void {
  if (attachments <= maxAttachments) return;
  throw new SeglError(
    422,
    'too_many_attachments',
    `A document of this account has at most ${maxAttachments} attachments.`,
  );
}
