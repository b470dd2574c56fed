import Type, { type Static } from 'typebox';
import { stringEnum } from '../../kernel/contract/primitives.ts';

/** What the browser does next: go to the eID's pages, or ask again and again what a polled eID waits for. */
export const AttemptStep = Type.Union([
  Type.Object({
    kind: stringEnum(['redirect']),
    url: Type.String(),
    inWindow: Type.Boolean({ description: 'The eID forbids to be framed: it needs a window of its own.' }),
  }),
  Type.Object({ kind: stringEnum(['poll']) }),
]);
export type AttemptStep = Static<typeof AttemptStep>;
