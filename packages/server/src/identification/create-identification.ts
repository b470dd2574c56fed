import type { FieldError } from '../kernel/errors/segl-error.ts';
import { requestFingerprint } from '../kernel/http/idempotency-fingerprint.ts';
import type { OperationContext, OperationResult } from '../kernel/http/route.ts';
import { validationFailed } from '../kernel/http/validation.ts';
import {
  type CreateBankIDMobileRequest,
  CreateIdentificationRequest,
  type CreateIdentificationRequest as Request,
} from './contract/identification.ts';
import { providerNamed } from './contract/providers.ts';
import type { Include, SessionLanguage } from './contract/session.ts';
import { createSession, requireProviders } from './create-session.ts';
import type { IdentificationDeps } from './identification-deps.ts';
import { parentFault } from './parents.ts';
import { isReturnUrl } from './return-url.ts';
import { APP_PATH } from './session-link.ts';

/**
 * The older API's create: a session that everything is told of but the number, which is left out where the account may
 * not read it. Throws 402 `not_in_subscription` for an eID that is not enabled.
 */
export async function createIdentification(
  deps: IdentificationDeps,
  context: OperationContext,
  body: Request,
): Promise<OperationResult> {
  checkRestrictions(body, context.environment);
  const provider = body.IdentityProvider === undefined ? undefined : providerNamed(body.IdentityProvider);
  if (provider) requireProviders(deps, context, [{ name: provider, field: 'IdentityProvider' }]);
  const include: Include[] = ['name', 'date_of_birth'];
  if (body.GetSocialSecurityNumber && (await deps.hasProduct(context.accountId, 'ssn'))) include.push('nin');
  const { iFrame: frame, ReturnUrls: urls } = body;
  return createSession(
    deps,
    context,
    {
      generation: 'v1',
      request: {
        flow: frame ? 'iframe' : 'redirect',
        providers: provider ? [provider] : [],
        language: body.Language?.toLowerCase() as SessionLanguage | undefined,
        include,
        returnUrls: { success: urls.Success, abort: urls.Abort, error: urls.Error },
        frame: frame && {
          domains: frame.Domain,
          webMessaging: frame.WebMessaging ?? false,
          heightPx: frame.Height,
        },
        pageTitle: body.PageTitle,
        addOns: { ...body.Addonservices },
        ui: {},
        iframeSettings: undefined,
      },
      prefilled: { nin: body.PreFilledSocialSecurityNumber },
      externalReference: body.ExternalReference,
      departmentId: undefined,
      fingerprint: requestFingerprint([{ schema: CreateIdentificationRequest, value: body }]),
    },
    (session, replayed) => ({
      status: 200,
      body: {
        Url: `${deps.publicUrl}${APP_PATH}/${deps.links.link(session.id)}`,
        RequestId: session.requestId,
      },
      ...(replayed ? { headers: { 'idempotent-replayed': 'true' } } : {}),
    }),
  );
}

function checkRestrictions(body: Request, environment: 'test' | 'prod'): void {
  const errors: FieldError[] = [];
  for (const name of ['Success', 'Abort', 'Error'] as const) {
    if (!isReturnUrl(body.ReturnUrls[name], environment)) {
      errors.push({ field: `ReturnUrls.${name}`, code: 'url', message: 'Must be an absolute https URL.' });
    }
  }
  const fault = body.iFrame && parentFault(body.iFrame.Domain);
  if (fault) errors.push({ field: 'iFrame.Domain', code: 'format', message: fault });
  if (errors.length > 0) throw validationFailed(errors);
}

/**
 * BankID on mobile without a page. It is offered by no instance yet, so what is well-formed ends with 402
 * `not_in_subscription`, as for every eID that an account has not enabled.
 */
export async function createMobileIdentification(
  deps: IdentificationDeps,
  context: OperationContext,
  body: CreateBankIDMobileRequest,
): Promise<OperationResult> {
  const errors: FieldError[] = [];
  if (!/^(\+47)?[2-9]\d{7}$/.test(body.MobileNumber.replaceAll(' ', ''))) {
    errors.push({ field: 'MobileNumber', code: 'mobile', message: 'Must be a Norwegian mobile number.' });
  }
  if (!isShortDate(body.DateOfBirth)) {
    errors.push({ field: 'DateOfBirth', code: 'date', message: 'Must be a date as ddMMyy.' });
  }
  if (errors.length > 0) throw validationFailed(errors);
  requireProviders(deps, context, [{ name: 'no_bankid_mobile', field: 'MobileNumber' }]);
  throw new TypeError('BankID on mobile is registered, and this operation does not know how to start it');
}

/** Of this century or the last. */
function isShortDate(text: string): boolean {
  const [, day, month, year] = /^(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  return ['19', '20'].some((century) => {
    const date = new Date(`${century}${year}-${month}-${day}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
  });
}
