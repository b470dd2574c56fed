import { readsCamelCase } from '../kernel/http/pascal-answer.ts';
import type { OperationContext, OperationInput, OperationResult } from '../kernel/http/route.ts';
import { PROVIDER_NAMES, type ProviderName } from './contract/providers.ts';
import { LANGUAGES, type SessionLanguage } from './contract/session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { providerDescription, providerLabel, usableProviders } from './provider-catalogue.ts';
import { LOGO_PATH, LOGO_WIDTH } from './provider-logo.ts';

const LANGUAGE_NAMES: Record<SessionLanguage, string> = {
  en: 'English',
  no: 'Norsk',
  sv: 'Svenska',
  da: 'Dansk',
  fi: 'Suomi',
  de: 'Deutsch',
};

/** What one client library, which fails on names that it does not know, was made before. */
const UNKNOWN_TO_OLD_CLIENTS = new Set<string>([
  'email_otp',
  'microsoft',
  'facebook',
  'digid',
  'eherkenning',
  'mitid',
  'fi',
  'de',
]);

export function listLanguages(headers: OperationInput['headers']): OperationResult {
  const body = LANGUAGES.map((id) => ({ id, name: LANGUAGE_NAMES[id] }));
  return {
    status: 200,
    body: readsCamelCase(headers) ? body.filter(({ id }) => !UNKNOWN_TO_OLD_CLIENTS.has(id)) : body,
  };
}

interface ProviderInput extends Pick<OperationInput, 'headers'> {
  query: { language?: SessionLanguage | 'none' };
}

/** Every eID that there is a name for. */
export function listProviders(deps: IdentificationDeps, input: ProviderInput): OperationResult {
  return providerItems(deps, PROVIDER_NAMES, input);
}

/** Those that the account can use in this environment. */
export function listAccountProviders(
  deps: IdentificationDeps,
  context: OperationContext,
  input: ProviderInput,
): OperationResult {
  return providerItems(deps, usableProviders(deps.eids, context.environment), input);
}

function providerItems(
  deps: IdentificationDeps,
  names: readonly ProviderName[],
  { query: { language = 'en' }, headers }: ProviderInput,
): OperationResult {
  const shown = readsCamelCase(headers) ? names.filter((name) => !UNKNOWN_TO_OLD_CLIENTS.has(name)) : names;
  return {
    status: 200,
    body: shown.map((type) => ({
      type,
      name: providerLabel(type, language),
      ...(language === 'none' ? {} : { description: providerDescription(type, language) }),
      logoUrl: `${deps.publicUrl}${LOGO_PATH}/${type}.svg`,
      logoUrlNegative: `${deps.publicUrl}${LOGO_PATH}/${type}-negative.svg`,
      logoWidth: String(LOGO_WIDTH),
    })),
  };
}
