import { SeglError } from '../../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../../kernel/http/route.ts';
import { uuidv7 } from '../../kernel/ids/uuid.ts';
import type { CreatePdfTemplate, TemplateLanguage, TemplateQuery } from '../contract/pdf-template.ts';
import { evidenceTexts } from '../evidence-texts.ts';
import { coverHtml, detailsHtml } from '../page-html.ts';
import { fetchLogo } from './fetch-logo.ts';
import { requireRenderable } from './preview-template.ts';
import { readTemplate, requireTemplate, templateNotFound } from './read-template.ts';
import { padesTemplateOf, type SavedTemplate, settingsOf } from './saved-template.ts';
import type { TemplateDeps } from './template-deps.ts';
import {
  insertTemplate,
  listTemplates,
  type Owner,
  removeTemplate,
  replaceTemplate,
  type TemplateRecord,
} from './template-store.ts';
import { windowsZones } from './time-zones.ts';

interface OfOne {
  params: { id: string };
  query: TemplateQuery;
}

/** By name. */
export async function listPdfTemplates(
  deps: TemplateDeps,
  context: OperationContext,
  input: { query: TemplateQuery },
): Promise<OperationResult> {
  const owner = await deps.actingOwner(context, input.query.accountId);
  const templates = await listTemplates(deps.database, owner);
  return { status: 200, body: templates.map(listItem) };
}

/** Throws 400 `validation_failed` where a name is taken, HTML or logo cannot be used. */
export async function createPdfTemplate(
  deps: TemplateDeps,
  context: OperationContext,
  input: { query: TemplateQuery; body: CreatePdfTemplate },
): Promise<OperationResult> {
  const owner = await deps.actingOwner(context, input.query.accountId);
  const { saved, record } = await save(deps, owner, uuidv7(context.now), input.body, context.now);
  const result: OperationResult = {
    status: 201,
    body: view(record, saved),
    headers: { location: `${deps.publicUrl}/admin/template/${record.id}` },
  };
  await underName(
    deps.database.transaction(async (tx) => {
      await insertTemplate(tx, owner, record);
      await context.keepAnswer?.(tx, result);
    }),
  );
  return result;
}

/** Throws 404 `not_found`. */
export async function getPdfTemplate(
  deps: TemplateDeps,
  context: OperationContext,
  input: OfOne,
): Promise<OperationResult> {
  const owner = await deps.actingOwner(context, input.query.accountId);
  const record = await requireTemplate(deps, owner, input.params.id);
  return { status: 200, body: view(record, await readTemplate(deps, owner.accountId, record.file.sha256)) };
}

/** What is left out becomes what is built in. Documents that have the template keep it as it was. */
export async function updatePdfTemplate(
  deps: TemplateDeps,
  context: OperationContext,
  input: OfOne & { body: CreatePdfTemplate },
): Promise<OperationResult> {
  const owner = await deps.actingOwner(context, input.query.accountId);
  await requireTemplate(deps, owner, input.params.id);
  const { saved, record } = await save(deps, owner, input.params.id, input.body, context.now);
  const replaced = await underName(
    deps.database.transaction(async (tx) => {
      await deps.releaseFiles(tx, record.id);
      return replaceTemplate(tx, owner, record);
    }),
  );
  if (!replaced) throw templateNotFound();
  return { status: 200, body: view(record, saved) };
}

/** Documents that have the template keep it. */
export async function deletePdfTemplate(
  deps: TemplateDeps,
  context: OperationContext,
  input: OfOne,
): Promise<OperationResult> {
  const owner = await deps.actingOwner(context, input.query.accountId);
  const removed = await deps.database.transaction(async (tx) => {
    if (!(await removeTemplate(tx, owner, input.params.id))) return false;
    await deps.releaseFiles(tx, input.params.id);
    return true;
  });
  if (!removed) throw templateNotFound();
  return { status: 204 };
}

/** The built-in details; the words come from the data, all but the language that they are marked with. */
export function defaultDetails({ query }: { query: { language: TemplateLanguage } }): OperationResult {
  const { locale } = evidenceTexts(query.language.toUpperCase());
  return { status: 200, body: `<div lang="${locale}">\n${detailsHtml()}</div>\n` };
}

/** The built-in cover page, as a template. */
export function defaultCoverPage(): OperationResult {
  const body = {
    Id: '00000000-0000-0000-0000-000000000000',
    Name: 'Default',
    ...settingsOf({}),
    CoverPageHtml: coverHtml(),
  };
  return { status: 200, body };
}

export function listTimeZones(): OperationResult {
  return { status: 200, body: windowsZones() };
}

/** Checks all of it, by setting pages too, so that no signed file fails for its template. */
async function save(
  deps: TemplateDeps,
  owner: Owner,
  id: string,
  { Name, ...sent }: CreatePdfTemplate,
  now: Date,
): Promise<{ saved: SavedTemplate; record: TemplateRecord }> {
  const settings = settingsOf(sent);
  const logo = settings.LogoSourceUrl ? await fetchLogo(deps, settings.LogoSourceUrl, owner.environment) : undefined;
  const saved: SavedTemplate = { settings, logo: logo?.toString('base64') ?? null };
  await requireRenderable(deps, owner, padesTemplateOf(saved), now);
  const file = await deps.files.put(owner.accountId, Buffer.from(JSON.stringify(saved), 'utf8'));
  return { saved, record: { id, name: Name, file, lastEdited: now } };
}

const UNIQUE_VIOLATION = '23505';

async function underName<Result>(writing: Promise<Result>): Promise<Result> {
  try {
    return await writing;
  } catch (error) {
    if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
    throw new SeglError(400, 'validation_failed', 'The name is taken.', {
      errors: [{ field: 'Name', code: 'duplicate', message: 'The account has a template of this name.' }],
    });
  }
}

const listItem = ({ id, name, lastEdited }: TemplateRecord) => ({
  Id: id,
  Name: name,
  LastEdited: lastEdited.toISOString(),
});

const view = (record: TemplateRecord, { settings }: SavedTemplate) => ({ ...listItem(record), ...settings });
