import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { SeglError } from '../../kernel/errors/segl-error.ts';
import type { OperationContext, OperationResult } from '../../kernel/http/route.ts';
import type {
  DataSourceQuery,
  PreviewQuery,
  TemplatePreview,
  TemplateSample,
  TemplateWithIdPreview,
} from '../contract/pdf-template.ts';
import type { EvidenceInput } from '../evidence-pages.ts';
import type { PadesTemplate } from '../pades-template.ts';
import { pageData } from '../page-data.ts';
import { fetchLogo } from './fetch-logo.ts';
import { packageSignatures } from './package-signatures.ts';
import { readPadesTemplate, requireTemplate } from './read-template.ts';
import { manySignatures, type ShownSignatures, sampleSignatures } from './sample-signatures.ts';
import { padesTemplateOf, settingsOf } from './saved-template.ts';
import type { TemplateDeps } from './template-deps.ts';
import type { Owner } from './template-store.ts';

const MOST_SIGNERS = 20;

/** The pages that a template makes, as a PDF; nothing is saved. Throws 400 `validation_failed` where it makes none. */
export async function previewPdfTemplate(
  deps: TemplateDeps,
  context: OperationContext,
  input: { query: PreviewQuery; body: TemplatePreview },
): Promise<OperationResult> {
  const owner = await deps.actingOwner(context, input.query.accountId);
  const template = await sentTemplate(deps, owner, input.body);
  return preview(deps, await shownPages(deps, owner, context, input.body, input.query.xmlTemplate, template));
}

/** Likewise, of a template of the account. Throws 404 `not_found`. */
export async function previewSavedTemplate(
  deps: TemplateDeps,
  context: OperationContext,
  input: { params: { id: string }; query: PreviewQuery; body: TemplateWithIdPreview },
): Promise<OperationResult> {
  const owner = await deps.actingOwner(context, input.query.accountId);
  const { file } = await requireTemplate(deps, owner, input.params.id);
  const template = await readPadesTemplate(deps, owner.accountId, file.sha256);
  return preview(deps, await shownPages(deps, owner, context, input.body, input.query.xmlTemplate, template));
}

/** What a template sees. */
export async function showDataSource(
  deps: TemplateDeps,
  context: OperationContext,
  input: { query: DataSourceQuery; body: TemplatePreview },
): Promise<OperationResult> {
  const owner = await deps.actingOwner(context, input.query.accountId);
  const sample = input.query.xmlTemplate ?? input.query.xmlTempalte;
  const template = await sentTemplate(deps, owner, input.body);
  const pages = await shownPages(deps, owner, context, input.body, sample, template);
  return { status: 200, body: pageData(pages, template.coverPageSetting === 'FIRSTPAGE') };
}

/** Throws 400 `validation_failed` for a template of which no pages can be made, however many sign. */
export async function requireRenderable(
  deps: TemplateDeps,
  owner: Owner,
  template: PadesTemplate,
  now: Date,
): Promise<void> {
  const { environment, accountId } = owner;
  const account = await deps.account(accountId);
  await render(deps, {
    ...manySignatures(MOST_SIGNERS),
    account,
    languages: ['EN', 'NO'],
    environment,
    template,
    now,
  });
}

async function sentTemplate(
  deps: TemplateDeps,
  owner: Owner,
  { PdfTemplate: { Id: _, Name: __, LastEdited: ___, ...sent } }: TemplatePreview,
): Promise<PadesTemplate> {
  const settings = settingsOf(sent, 'PdfTemplate.');
  const logo = settings.LogoSourceUrl ? await fetchLogo(deps, settings.LogoSourceUrl, owner.environment) : undefined;
  return padesTemplateOf({ settings, logo: logo?.toString('base64') ?? null });
}

async function shownPages(
  deps: TemplateDeps,
  { accountId, environment }: Owner,
  { now }: OperationContext,
  { PrimaryLanguage, SecondaryLanguage, XmlSignature }: TemplateWithIdPreview,
  sample: TemplateSample | undefined,
  template: PadesTemplate,
): Promise<EvidenceInput> {
  const shown: ShownSignatures = XmlSignature
    ? packageSignatures(XmlSignature)
    : sampleSignatures(sample ?? 'SINGEL_BANKID_NO');
  const account = await deps.account(accountId);
  const languages = [...new Set([PrimaryLanguage, ...(SecondaryLanguage ? [SecondaryLanguage] : [])])];
  return {
    ...shown,
    account: { ...account, ...(shown.account ? { name: shown.account.name } : {}) },
    languages: languages.map((language) => language.toUpperCase()),
    environment,
    template,
    now,
  };
}

async function preview(deps: TemplateDeps, pages: EvidenceInput): Promise<OperationResult> {
  const bytes = Buffer.from(await render(deps, pages));
  return {
    status: 200,
    file: {
      open: async (range) => Readable.from([range ? bytes.subarray(range.start, range.end + 1) : bytes]),
      sizeBytes: bytes.length,
      mediaType: 'application/pdf',
      fileName: 'preview.pdf',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
  };
}

async function render({ pool }: Pick<TemplateDeps, 'pool'>, pages: EvidenceInput): Promise<Uint8Array> {
  const rendered = await pool.renderPages(pages);
  if ('pdf' in rendered) return rendered.pdf;
  throw new SeglError(400, 'validation_failed', 'The template cannot be used.', {
    errors: [{ field: 'CoverPageHtml', code: 'format', message: `No pages can be made of it: ${rendered.fault}.` }],
  });
}
