import { SeglError } from '../../kernel/errors/segl-error.ts';
import type { PadesTemplate } from '../pades-template.ts';
import { padesTemplateOf, type SavedTemplate } from './saved-template.ts';
import type { TemplateDeps } from './template-deps.ts';
import { findTemplate, type Owner, type TemplateRecord } from './template-store.ts';

/**
 * A template of the account as it is now, for a new document: the file that it will keep. It is put again, so that it is
 * still there when the document names it, although the template may change in between.
 */
export async function findTemplateFile(
  deps: Pick<TemplateDeps, 'database' | 'files'>,
  owner: Owner,
  id: string,
): Promise<{ sha256: string; sizeBytes: number } | undefined> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) return undefined;
  const template = await findTemplate(deps.database, owner, id.toLowerCase());
  if (!template) return undefined;
  return deps.files.put(owner.accountId, await deps.files.read(owner.accountId, template.file.sha256));
}

/** What pages are made with, from the file of a template. */
export async function readPadesTemplate(
  deps: Pick<TemplateDeps, 'files'>,
  accountId: string,
  sha256: string,
): Promise<PadesTemplate> {
  return padesTemplateOf(await readTemplate(deps, accountId, sha256));
}

/** Throws 404 `not_found`. */
export async function requireTemplate(
  deps: Pick<TemplateDeps, 'database'>,
  owner: Owner,
  id: string,
): Promise<TemplateRecord> {
  const record = await findTemplate(deps.database, owner, id);
  if (!record) throw templateNotFound();
  return record;
}

export async function readTemplate(
  { files }: Pick<TemplateDeps, 'files'>,
  accountId: string,
  sha256: string,
): Promise<SavedTemplate> {
  return JSON.parse((await files.read(accountId, sha256)).toString('utf8')) as SavedTemplate;
}

export function templateNotFound(): SeglError {
  return new SeglError(404, 'not_found', 'There is no such template.');
}
