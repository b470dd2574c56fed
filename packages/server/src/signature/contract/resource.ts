import Type, { type Static } from 'typebox';
import { Guid } from '../../kernel/contract/primitives.ts';

export const ResourcePath = Type.Object({
  resourceId: Guid({ description: 'Id of the resource, as its link has it: 32 hexadecimal digits.' }),
});
export type ResourcePath = Static<typeof ResourcePath>;
