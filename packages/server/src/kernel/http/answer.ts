import Type, { type TSchema } from 'typebox';
import { pascalSchema } from './pascal-answer.ts';
import type { OperationResult, RouteDefinition } from './route.ts';

/** `standard`: 201 for what is new, 204 for nothing to return. `contract`: the one code that the contract names. */
export const STATUS_CODES = ['standard', 'contract'] as const;
export type StatusCodes = (typeof STATUS_CODES)[number];

const EmptyObject = Type.Object({});

/** What a route answers on the wire, per status: what its row says, in the codes and the naming that callers get. */
export function answersOf(
  route: Pick<RouteDefinition, 'responses' | 'contractStatus' | 'naming'>,
  codes: StatusCodes,
): RouteDefinition['responses'] {
  const sent: RouteDefinition['responses'] = {};
  for (const [status, schema] of Object.entries(route.responses)) {
    const code = sentStatus(route, codes, Number(status));
    sent[code] = named(route, schema ?? (code === Number(status) ? null : emptyBody(code)));
  }
  return sent;
}

function named(route: Pick<RouteDefinition, 'naming'>, schema: TSchema | 'file' | null): TSchema | 'file' | null {
  return schema === null || schema === 'file' || route.naming !== 'pascal' ? schema : pascalSchema(schema);
}

/** The result in the codes that callers get. A 204 that becomes another code has the body `{}`. */
export function resultAs(
  route: Pick<RouteDefinition, 'contractStatus'>,
  codes: StatusCodes,
  result: OperationResult,
): OperationResult {
  const status = sentStatus(route, codes, result.status);
  if (status === result.status) return result;
  const bodiless = result.body === undefined && result.file === undefined;
  return { ...result, status, ...(bodiless && status !== 204 ? { body: {} } : {}) };
}

function emptyBody(status: number): TSchema | null {
  return status === 204 ? null : EmptyObject;
}

function sentStatus(
  { contractStatus }: Pick<RouteDefinition, 'contractStatus'>,
  codes: StatusCodes,
  status: number,
): number {
  const success = status >= 200 && status < 300;
  return codes === 'contract' && success ? (contractStatus ?? status) : status;
}
