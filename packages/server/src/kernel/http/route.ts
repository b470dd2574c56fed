import type { Readable } from 'node:stream';
import type { TSchema } from 'typebox';
import type { Transaction } from '../db/database.ts';
import type { Environment } from '../events/events.ts';
import type { Log } from '../log/log.ts';
import type { Deprecation } from './deprecation.ts';

/** Who calls, for which account, and when: everything an operation may know of the request besides its input. */
export interface OperationContext {
  accountId: string;
  environment: Environment;
  clientId: string;
  /** Those of the token. */
  scopes: ReadonlySet<string>;
  requestId: string;
  /** IP address of the caller, and how its program calls itself. */
  clientIp: string;
  userAgent: string | undefined;
  /** The time of the account's data (`AccountTime`): not for what protects or proves. */
  now: Date;
  log: Log;
  /**
   * Present when the request has an `Idempotency-Key`. An operation whose effect is one transaction calls it in there with
   * what it will answer: then a repetition after a crash finds the answer or no effect, never an effect without answer.
   */
  keepAnswer?: (tx: Transaction, result: OperationResult) => Promise<void>;
}

export interface OperationInput {
  // biome-ignore lint/suspicious/noExplicitAny: each row's schemas say what these are; the operation's own type takes over
  params: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  query: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  body: any;
  headers: Record<string, string | string[] | undefined>;
}

/** A file, or another answer that is not JSON. It is opened only when its bytes are wanted, and only for those. */
export interface FileBody {
  /** The bytes, all or those of an inclusive range. */
  open(range?: { start: number; end: number }): Promise<Readable>;
  sizeBytes: number;
  mediaType: string;
  fileName: string;
  /** Hex SHA-256 of the bytes. */
  sha256: string;
}

export interface OperationResult {
  status: number;
  body?: unknown;
  file?: FileBody;
  headers?: Record<string, string>;
}

/** One row of a capability's `routes.ts`: a table, no logic. */
export interface RouteDefinition<Context = OperationContext> {
  method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** With `{parameter}` as in OpenAPI: `/signature/documents/{documentId}`. */
  path: string;
  operationId: string;
  summary: string;
  /** What a caller must know beyond the summary, in Markdown. */
  description?: string;
  /** For the reference: a request body, and the body of the first answer with one. */
  example?: { request?: unknown; answer?: unknown };
  /** Announced end of the operation. */
  deprecation?: Deprecation;
  tags: [string];
  /** Exists in this environment only: clients of the other one get the 404 of an unknown route. */
  environment?: Environment;
  /** Any one of them is enough. Absent: no token needed. */
  scope?: string | readonly string[];
  /** Part of the subscription that the account must have. */
  product?: string;
  /** Counts as creating a document or session, of which fewer are let through. */
  creates?: true;
  params?: TSchema;
  query?: TSchema;
  body?: TSchema;
  /** For `PATCH`: the schema of the whole thing that is updated. A merge patch cannot remove what it requires. */
  complete?: TSchema;
  /** Schema per status; `null`: no body; `'file'`: a download. */
  responses: Record<number, TSchema | null | 'file'>;
  /**
   * Success code of the contract, where the conventions want another one. It is sent instead of every success in
   * `responses` when the operator asks for the contract's codes.
   */
  contractStatus?: number;
  /**
   * `pascal`: the contract's models of this group have PascalCase names. Members that the operation leaves out are
   * answered as `null`, and callers that read camelCase only get camelCase. Absent: the names are camelCase.
   */
  naming?: 'pascal';
  handle(context: Context, request: OperationInput): Promise<OperationResult>;
}
