import Mustache from 'mustache';
import { type FieldError, SeglError } from '../../kernel/errors/segl-error.ts';
import { type CreatePdfTemplate, TEMPLATE_LANGUAGES, type TemplateLanguage } from '../contract/pdf-template.ts';
import type { PadesTemplate } from '../pades-template.ts';
import { DEFAULT_ZONE, ianaZone, windowsZone } from './time-zones.ts';

/** A template as its file has it. */
export interface SavedTemplate {
  settings: TemplateSettings;
  /** PNG or JPEG in base64, as it was fetched when the template was saved. */
  logo: string | null;
}

/** As the account sent it, with what it left out. */
export type TemplateSettings = Omit<CreatePdfTemplate, 'Name'> &
  Required<Pick<CreatePdfTemplate, 'CoverPageSetting' | 'IncludeLogo' | 'TimeZone'>> & {
    AddListOfSignaturesOnLastPageOfExistingPDF: boolean;
  };

/** What a template may make of its HTML at most, with as many entries in each list as below. */
const MAX_FILLED_IN = 20_000_000;
const LIST_ENTRIES = 30;

/** Checks what was sent and fills in what was not. Throws 400 `validation_failed` and 422 `feature_not_available`. */
export function settingsOf(sent: Omit<CreatePdfTemplate, 'Name'>, prefix = ''): TemplateSettings {
  if (sent.AddListOfSignaturesOnLastPageOfExistingPDF) {
    const field = `${prefix}AddListOfSignaturesOnLastPageOfExistingPDF`;
    throw new SeglError(422, 'feature_not_available', `This version of Segl does not offer: ${field}.`, {
      errors: [{ field, code: 'enum', message: 'Not available in this version.' }],
    });
  }
  const errors: FieldError[] = [];
  const html = (text: string | undefined, field: string): string | undefined => {
    if (!text) return undefined;
    const plain = plainHtml(text);
    const fault = faultOf(plain);
    if (fault) errors.push({ field: prefix + field, code: 'format', message: fault });
    return plain;
  };
  const zone = windowsZone(sent.TimeZone ?? DEFAULT_ZONE);
  if (!zone) errors.push({ field: `${prefix}TimeZone`, code: 'enum', message: 'There is no such time zone.' });
  const details = forEach(sent.DetailsPageHtml, (text, language) => html(text, `DetailsPageHtml.${language}`));
  const cover = html(sent.CoverPageHtml, 'CoverPageHtml');
  if (errors.length > 0) throw new SeglError(400, 'validation_failed', 'The template cannot be used.', { errors });
  return {
    CoverPageSetting: sent.CoverPageSetting ?? 'FIRSTPAGE',
    AddListOfSignaturesOnLastPageOfExistingPDF: false,
    ...(cover ? { CoverPageHtml: cover } : {}),
    ...(sent.DetailsPageHtml ? { DetailsPageHtml: details } : {}),
    ...(sent.VerifiedTemplate ? { VerifiedTemplate: sent.VerifiedTemplate } : {}),
    ...(sent.Labels ? { Labels: sent.Labels } : {}),
    IncludeLogo: sent.IncludeLogo ?? true,
    TimeZone: zone!,
    ...(sent.LogoSourceUrl ? { LogoSourceUrl: sent.LogoSourceUrl } : {}),
  };
}

/** What evidence pages are made with. */
export function padesTemplateOf({ settings, logo }: SavedTemplate): PadesTemplate {
  const byCode = <Value>(texts: Partial<Record<TemplateLanguage, Value>> | undefined) =>
    Object.fromEntries(
      Object.entries(texts ?? {}).map(([language, value]) => [language.toUpperCase(), value as Value]),
    );
  return {
    coverPageSetting: settings.CoverPageSetting,
    coverPageHtml: settings.CoverPageHtml,
    detailsPageHtml: byCode(settings.DetailsPageHtml),
    verifiedTemplate: byCode(settings.VerifiedTemplate),
    labels: byCode(settings.Labels),
    includeLogo: settings.IncludeLogo,
    logo: logo === null ? undefined : Buffer.from(logo, 'base64'),
    timeZone: { iana: ianaZone(settings.TimeZone), name: settings.TimeZone },
  };
}

function forEach<Value>(
  texts: Partial<Record<TemplateLanguage, Value>> | undefined,
  change: (text: Value, language: TemplateLanguage) => Value | undefined,
): Partial<Record<TemplateLanguage, Value>> {
  const out: Partial<Record<TemplateLanguage, Value>> = {};
  for (const language of TEMPLATE_LANGUAGES) {
    const text = texts?.[language];
    const changed = text === undefined ? undefined : change(text, language);
    if (changed !== undefined) out[language] = changed;
  }
  return out;
}

/** HTML may come in base64, which has no `<`. */
function plainHtml(text: string): string {
  if (text.includes('<') || !/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) return text;
  const decoded = Buffer.from(text, 'base64').toString('utf8');
  return decoded.includes('<') ? decoded : text;
}

type Token = [type: string, value: string, start: number, end: number, inner?: Token[]];

/** Why a template cannot be filled in: its tags do not match, or lists inside lists make too much of it. */
function faultOf(html: string): string | undefined {
  try {
    return sizeOf(Mustache.parse(html) as unknown as Token[], 1) > MAX_FILLED_IN
      ? 'Lists inside lists make too much of this template.'
      : undefined;
  } catch (error) {
    return `The tags of the template do not match: ${(error as Error).message}.`;
  }
}

function sizeOf(tokens: readonly Token[], times: number): number {
  return tokens.reduce((sum, [type, value, , , inner]) => {
    if (type === '#' && inner) return sum + sizeOf(inner, times * LIST_ENTRIES);
    if (type === '^' && inner) return sum + sizeOf(inner, times);
    return sum + times * (type === 'text' ? value.length : 100);
  }, 0);
}
