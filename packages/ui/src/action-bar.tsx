import type { ReactNode } from 'react';

/** The quiet bar at the lower edge: state in grey, tools, and the one primary action. */
export function ActionBar({
  label,
  status,
  tools,
  notice,
  children,
}: {
  label: string;
  status?: ReactNode;
  tools?: ReactNode;
  notice?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className="action-bar" aria-label={label}>
      {notice}
      <div className="action-bar__row">
        <div className="action-bar__status tabular">{status}</div>
        {tools && <div className="action-bar__tools">{tools}</div>}
        {children}
      </div>
    </section>
  );
}
