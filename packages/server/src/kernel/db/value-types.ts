import pg from 'pg';

const INT8 = 20;
const DATE = 1082;

/**
 * How column values arrive in JavaScript, on both databases: `bigint` as a number (an error beyond 2^53), `date` as
 * `YYYY-MM-DD`, `numeric` as text, `timestamptz` as `Date`, `bytea` as `Buffer`, `json`/`jsonb` parsed.
 */
export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return parseSafeInteger;
    if (oid === DATE) return keepText;
    return format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text');
  }) as pg.CustomTypesConfig['getTypeParser'],
};

function parseSafeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} is beyond the safe integers of JavaScript`);
  return value;
}

function keepText(text: string): string {
  return text;
}
