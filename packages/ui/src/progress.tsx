/** Room for something that is about to come, in its shape. Sizes come from the class. */
export function Skeleton({ className }: { className: string }) {
  return <div className={`skeleton ${className}`} aria-hidden="true" />;
}

/** A sheet with a line that reads down it. It stands still when motion is unwanted; the words beside it say the rest. */
export function Spinner() {
  return <div className="spinner" aria-hidden="true" />;
}
