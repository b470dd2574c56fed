import { useCallback, useEffect, useState } from 'react';
import type { Screen } from '../flow/screen.ts';
import { useSigning } from '../signing.tsx';

/** Steps down from the first screen of a session, where that is the overview. */
const DEPTHS: Partial<Record<Screen['name'], number>> = {
  attachment: 1,
  reading: 1,
  choosing: 2,
  accepting: 2,
  handwriting: 2,
};

/** Screens that nobody leaves unasked. */
const GUARDED: readonly Screen['name'][] = [
  'proving',
  'dialog',
  'overview',
  'attachment',
  'reading',
  'choosing',
  'accepting',
  'handwriting',
];

/** The entry below the first screen: whoever gets there wants to leave. */
const OUTSIDE = -1;

function stepNow(): number | undefined {
  return history.state?.step;
}

function push(step: number): void {
  history.pushState({ step }, '');
}

/**
 * Each step down is one in the browser's history, so that *back* leads up again: from the choice of eID to the document,
 * from a document to the overview where there is one, and from there to the question whether to leave.
 */
export function useHistorySteps(): { asksToLeave: boolean; stay: () => void } {
  const { flow, screen, view } = useSigning();
  const [asksToLeave, setAsksToLeave] = useState(false);
  const hasOverview = (view?.attachments.length ?? 0) > 0;
  const depth = Math.max(0, (DEPTHS[screen.name] ?? 0) - (hasOverview ? 0 : 1));
  const guarded = GUARDED.includes(screen.name);

  useEffect(() => {
    if (!guarded) return;
    if (stepNow() === undefined) {
      history.replaceState({ step: OUTSIDE }, '');
      push(0);
    }
    for (let step = (stepNow() ?? 0) + 1; step <= depth; step += 1) push(step);
  }, [depth, guarded]);

  useEffect(() => {
    const onBack = () => {
      if (stepNow() !== OUTSIDE) return flow.stepBack();
      if (!GUARDED.includes(flow.state().screen.name)) return history.back();
      push(0);
      setAsksToLeave(true);
    };
    window.addEventListener('popstate', onBack);
    return () => window.removeEventListener('popstate', onBack);
  }, [flow]);

  const stay = useCallback(() => setAsksToLeave(false), []);
  return { asksToLeave: asksToLeave && guarded, stay };
}
