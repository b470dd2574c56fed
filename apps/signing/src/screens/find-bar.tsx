import { Field, IconButton } from '@segl/ui';
import { useEffect, useRef } from 'react';
import { useSpeech } from '../texts/use-speech.tsx';

/** How far the search has come. */
export type Found = { count: number; done: boolean };

/** Looks for words in the document, and goes to a page by its number. */
export function FindBar({
  query,
  found,
  current,
  pages,
  onQuery,
  onStep,
  onPage,
  onClose,
}: {
  query: string;
  found: Found | null;
  /** Of the hits, from 0. */
  current: number;
  pages: number;
  onQuery: (query: string) => void;
  onStep: (direction: 1 | -1) => void;
  onPage: (page: number) => void;
  onClose: () => void;
}) {
  const { say } = useSpeech();
  const bar = useRef<HTMLElement>(null);
  useEffect(() => bar.current?.querySelector('input')?.focus(), []);
  const nothingYet = found === null || (found.count === 0 && !found.done);
  return (
    <search
      ref={bar}
      className="find-bar"
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <Field
        label={say('find.words')}
        control={(described) => (
          <input
            {...described}
            type="search"
            className="field__control"
            value={query}
            autoComplete="off"
            onChange={(event) => onQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') onStep(event.shiftKey ? -1 : 1);
            }}
          />
        )}
      />
      <p className="find-bar__count small tabular" role="status">
        {query.trim() === ''
          ? ''
          : nothingYet
            ? say('find.looking')
            : found.count === 0
              ? say('find.none')
              : say('find.count', { current: current + 1, count: found.count })}
      </p>
      <IconButton icon="chevron-up" label={say('find.previous')} onClick={() => onStep(-1)} />
      <IconButton icon="chevron-down" label={say('find.next')} onClick={() => onStep(1)} />
      <Field
        label={say('find.page')}
        control={(described) => (
          <input
            {...described}
            type="number"
            inputMode="numeric"
            className="field__control find-bar__page"
            min={1}
            max={pages}
            onChange={(event) => {
              const page = event.target.valueAsNumber;
              if (Number.isInteger(page) && page >= 1 && page <= pages) onPage(page);
            }}
          />
        )}
      />
      <IconButton icon="close" label={say('find.close')} onClick={onClose} />
    </search>
  );
}
