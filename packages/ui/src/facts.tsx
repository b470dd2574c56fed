import type { ReactNode } from 'react';

export type Fact = { term: string; value: ReactNode; code?: boolean };

/** What was recorded, as pairs of term and value. `code` sets a value in the fixed-width face. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map((fact) => (
        <div className="facts__row" key={fact.term}>
          <dt>{fact.term}</dt>
          <dd className={fact.code ? 'facts__code' : undefined}>{fact.value}</dd>
        </div>
      ))}
    </dl>
  );
}
