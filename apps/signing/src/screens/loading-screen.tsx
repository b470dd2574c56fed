import { Skeleton } from '@segl/ui';
import { useSpeech } from '../texts/use-speech.tsx';

/** The shape of what comes, as the page's own HTML already shows it before the script runs. */
export function LoadingScreen() {
  const { say } = useSpeech();
  return (
    <div className="frame" aria-busy="true">
      <div className="top-bar top-bar--blank" />
      <main className="reader">
        <p className="sr-only">{say('app.loading')}</p>
        <div className="reader__heading">
          <Skeleton className="skeleton--title" />
          <Skeleton className="skeleton--line" />
        </div>
        <PageSkeleton />
      </main>
    </div>
  );
}

export function PageSkeleton() {
  return (
    <div className="page-skeleton" aria-hidden="true">
      <Skeleton className="skeleton--page-title" />
      <Skeleton className="skeleton--page-line" />
      <Skeleton className="skeleton--page-line" />
      <Skeleton className="skeleton--page-line" />
      <Skeleton className="skeleton--page-line-short" />
    </div>
  );
}
