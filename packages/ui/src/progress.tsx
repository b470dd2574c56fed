/** Room for something that is about to come, in its shape. Sizes come from the class. */
export function Skeleton({ className }: { className: string }) {
  return <div className={`skeleton ${className}`} aria-hidden="true" />;
}

/**
 * Something is going on. Which of the four it is, the page's theme says (`data-spinner`). It stands still when motion is
 * unwanted; the words beside it say the rest.
 */
export function Spinner() {
  return (
    <div className="spinner" aria-hidden="true">
      <span />
      <span />
      <span />
    </div>
  );
}
