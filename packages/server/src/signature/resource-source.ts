import type { Environment } from '../kernel/events/events.ts';
import type { ResourceType } from './extra-info.ts';
import type { NationalNumber } from './national-number.ts';

/** What a source must know to look somebody or something up. */
export interface ResourceQuery {
  type: ResourceType;
  accountId: string;
  environment: Environment;
  /** Absent for what is collected about the document. */
  person?: {
    fullName: string;
    firstName: string | undefined;
    lastName: string | undefined;
    /** `YYYY-MM-DD`. */
    dateOfBirth: string | undefined;
    /** There for every type that is asked by it. Never logged. */
    nationalNumber: NationalNumber | undefined;
    email: string | undefined;
    /** In E.164. */
    mobile: string | undefined;
    organizationNumber: string | undefined;
  };
  /** `specialProperties` with the passwords. Never logged. */
  properties: Readonly<Record<string, string>>;
}

export type ResourceAnswer =
  | { result: 'found'; mediaType: 'application/json' | 'application/pdf'; content: Buffer }
  | { result: 'none' }
  /** `message` is shown to the account: no secrets and no persons in it. */
  | { result: 'failed'; status: 'BadInput' | 'ServiceUnavailable' | 'Unauthorized' | 'Error'; message: string };

/** A register or another service, which answers one kind of question. Installed by the composition. */
export interface ResourceSource {
  readonly types: readonly ResourceType[];
  /** A source of test data is never asked for production, nor a real one for tests. */
  readonly environment: Environment;
  query(input: ResourceQuery, options: { signal: AbortSignal }): Promise<ResourceAnswer>;
}
