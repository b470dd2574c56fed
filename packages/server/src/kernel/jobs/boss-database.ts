import { createHash } from 'node:crypto';
import type { Db } from 'pg-boss';
import type { Queryable } from '../db/database.ts';

const NAMED_STATEMENTS = 200;

const names = new Map<string, string>();

/**
 * pg-boss on our database or one of its transactions. Its statements are long and few, and planning them costs more
 * than running them: so those with parameters are prepared under a name made of their text.
 */
export function bossDatabase(target: Queryable): Db {
  return {
    async executeSql(text, values) {
      if (!values?.length) return await target.query(text);
      const name = nameOf(text);
      return await target.query(name ? { name, text, values } : text, values);
    },
  };
}

function nameOf(text: string): string | undefined {
  let name = names.get(text);
  if (!name && names.size < NAMED_STATEMENTS) {
    name = `boss-${createHash('sha256').update(text).digest('hex').slice(0, 20)}`;
    names.set(text, name);
  }
  return name;
}
