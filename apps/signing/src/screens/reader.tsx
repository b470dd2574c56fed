import { ActionBar, Button, IconButton, Notice, ScreenHeading, useAnnounce } from '@segl/ui';
import { lazy, type ReactNode, Suspense, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Remark } from '../flow/screen.ts';
import { Frame } from '../frame/frame.tsx';
import { useDownload } from '../frame/use-download.ts';
import type { View } from '../server/contract.ts';
import { useSigning } from '../signing.tsx';
import { useSpeech } from '../texts/use-speech.tsx';
import { patternFor } from '../viewer/find-pattern.ts';
import { loadPages, loadPlainDocument } from '../viewer/load-viewer.ts';
import { type Anchor, type Zoom, zoomStep } from '../viewer/page-layout.ts';
import { usePrinting } from '../viewer/use-printing.ts';
import { useReadingKeys } from '../viewer/use-reading-keys.ts';
import { FindBar, type Found } from './find-bar.tsx';
import { LinkDialog, placeOf } from './link-dialog.tsx';
import { PageSkeleton } from './loading-screen.tsx';

const PdfPages = lazy(async () => ({ default: (await loadPages()).PdfPages }));
const PlainDocument = lazy(async () => ({ default: (await loadPlainDocument()).PlainDocument }));

/** True while the heading is in sight, so that the bar repeats the title only when it is not. */
function useInSight(
  scroller: React.RefObject<HTMLElement | null>,
  target: React.RefObject<HTMLElement | null>,
): boolean {
  const [inSight, setInSight] = useState(true);
  useEffect(() => {
    if (!target.current) return;
    const observer = new IntersectionObserver(([entry]) => setInSight(entry?.isIntersecting ?? true), {
      root: scroller.current,
    });
    observer.observe(target.current);
    return () => observer.disconnect();
  }, [scroller, target]);
  return inSight;
}

/** What is read: the document itself, or something beside it. */
export type Shown = { title: string; description?: string; fileName: string; pageCount?: number } & Partial<
  Pick<View['document'], 'format' | 'display'>
>;

const notDrawn = () => 'SA-1016';

/** A file, readable at once, and one quiet way on. */
export function Reader({
  shown,
  url,
  subtitle,
  asks,
  effort,
  bar,
  startAt,
  onPlace,
  onLastPageSeen,
  notice,
  remark,
  problemCode = notDrawn,
  back,
  children,
}: {
  shown: Shown;
  url: string;
  subtitle: string;
  asks: string;
  effort: (pages: number) => string;
  /** Name of the bar with the way on. */
  bar: string;
  startAt: Anchor | null;
  onPlace: (place: Anchor) => void;
  onLastPageSeen: () => void;
  /** Said above the way on; `place` is where the reader is, of as many pages as there are. */
  notice?: (place: { page: number; pages: number; goToEnd: () => void }) => ReactNode;
  remark?: Remark;
  /** What it is called that the file cannot be shown; `status` is the server's answer when it was that. */
  problemCode?: (status: number | null) => string;
  /** The way back, where there is another screen. */
  back?: { label: string; onClick: () => void };
  /** The way on. */
  children: ReactNode;
}) {
  const { say } = useSpeech();
  const { flow, host } = useSigning();
  const announce = useAnnounce();

  const scroller = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const headingInSight = useInSight(scroller, heading);

  const [pages, setPages] = useState(shown.pageCount ?? 0);
  const [page, setPage] = useState(1);
  const [zoom, setZoom] = useState<Zoom>('fit');
  const [problem, setProblem] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const scale = useRef(1);
  const isPlain = shown.format !== undefined && shown.format !== 'pdf';
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new try asks with the token of now
  const source = useMemo(() => ({ url, headers: host.authorization() }), [host, url, tries]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new try loads anew
  const load = useCallback(
    async (what: 'content' | 'display') => (await host.fetchFile(what === 'content' ? url : host.displayUrl)).text(),
    [host, url, tries],
  );

  const changeZoom = useCallback(
    (next: Zoom | null) => {
      if (next === null) return;
      setZoom(next);
      // Pages tell their scale themselves.
      if (isPlain) scale.current = next === 'fit' ? 1 : next;
      announce(next === 'fit' ? say('read.fit_width') : say('read.zoom_now', { percent: Math.round(next * 100) }));
    },
    [announce, say, isPlain],
  );
  const zoomBy = useCallback((direction: 1 | -1) => changeZoom(zoomStep(scale.current, direction)), [changeZoom]);
  useReadingKeys(scroller, zoomBy, () => changeZoom('fit'));

  const [link, setLink] = useState<string | null>(null);
  const { drawing, failed, print } = usePrinting(isPlain ? null : source);

  const [finding, setFinding] = useState(false);
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<Found | null>(null);
  const [current, setCurrent] = useState(0);
  const [goTo, setGoTo] = useState<{ page: number } | null>(null);
  const pattern = useMemo(() => patternFor(query), [query]);
  const find = useMemo(() => (finding && pattern ? { pattern, current } : null), [finding, pattern, current]);
  const changeQuery = (next: string) => {
    setQuery(next);
    setFound(null);
    setCurrent(0);
  };
  const step = (direction: 1 | -1) => {
    const count = found?.count ?? 0;
    if (count > 0) setCurrent((now) => (now + direction + count) % count);
  };
  const closeFind = () => {
    setFinding(false);
    changeQuery('');
    scroller.current?.focus();
  };
  useEffect(() => {
    if (isPlain) return;
    // The browser's own search finds only the pages that are drawn.
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey)
        return;
      if (document.querySelector('dialog[open]')) return;
      event.preventDefault();
      setFinding(true);
      document.querySelector<HTMLInputElement>('.find-bar input')?.select();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isPlain]);

  const onProblem = useCallback(
    (status: number | null) => {
      if (status === 401) return flow.endSession();
      const code = problemCode(status);
      setProblem(code);
      flow.viewerFailed(code);
    },
    [flow, problemCode],
  );

  return (
    <Frame title={headingInSight ? subtitle : shown.title} subtitle={headingInSight ? undefined : subtitle} back={back}>
      <main
        className="reader"
        ref={scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
        tabIndex={0}
        aria-label={say('read.document_region', { title: shown.title })}
      >
        <div className="reader__heading">
          <ScreenHeading ref={heading}>{shown.title}</ScreenHeading>
          <p>{asks}</p>
          {shown.description && <p>{shown.description}</p>}
          <p className="muted small">{effort(pages)}</p>
          {problem === null && (
            <div className="reader__actions">
              {!isPlain && !finding && (
                <Button variant="text" icon="search" onClick={() => setFinding(true)}>
                  {say('find.open')}
                </Button>
              )}
              <Button variant="text" icon="printer" busy={drawing !== null} onClick={() => void print()}>
                {drawing === null ? say('read.print') : say('read.printing', { page: drawing, pages })}
              </Button>
            </div>
          )}
          {failed && <Notice tone="danger">{say('read.print_failed')}</Notice>}
        </div>
        {problem ? (
          <DocumentProblem
            code={problem}
            url={url}
            fileName={shown.fileName}
            onRetry={() => {
              setProblem(null);
              setTries((count) => count + 1);
            }}
          />
        ) : isPlain ? (
          <Suspense fallback={<PageSkeleton />}>
            <PlainDocument
              key={tries}
              format={shown.format as 'txt' | 'html' | 'xml'}
              display={shown.display}
              load={load}
              scroller={scroller}
              scale={zoom === 'fit' ? 1 : zoom}
              title={shown.title}
              texts={{
                showSource: say('read.show_source'),
                showDocument: say('read.show_document'),
                reduced: say('read.reduced'),
              }}
              whileLoading={<PageSkeleton />}
              onEndSeen={onLastPageSeen}
              onProblem={onProblem}
            />
          </Suspense>
        ) : (
          <Suspense fallback={<PageSkeleton />}>
            <PdfPages
              key={tries}
              source={source}
              scroller={scroller}
              zoom={zoom}
              startAt={startAt}
              labelOf={(number, of) => say('read.page', { page: number, pages: of })}
              labelWithoutText={say('read.page_without_text')}
              labelOfLink={(link) => say('link.name', { place: placeOf(link) })}
              onLink={setLink}
              whileLoading={<PageSkeleton />}
              onOpened={setPages}
              onPlace={(place, middle, shownScale) => {
                scale.current = shownScale;
                setPage(middle + 1);
                onPlace(place);
              }}
              onLastPageSeen={onLastPageSeen}
              find={find}
              onFound={(count, done) => setFound({ count, done })}
              goTo={goTo}
              onProblem={onProblem}
            />
          </Suspense>
        )}
      </main>
      <ActionBar
        label={bar}
        status={pages > 0 ? say('read.page', { page: Math.min(page, pages), pages }) : undefined}
        tools={
          <>
            <IconButton icon="minus" label={say('read.zoom_out')} onClick={() => zoomBy(-1)} />
            <IconButton icon="fit-width" label={say('read.fit_width')} onClick={() => changeZoom('fit')} />
            <IconButton icon="plus" label={say('read.zoom_in')} onClick={() => zoomBy(1)} />
          </>
        }
        notice={
          <>
            {finding && (
              <FindBar
                query={query}
                found={found}
                current={current}
                pages={pages}
                onQuery={changeQuery}
                onStep={step}
                onPage={(number) => setGoTo({ page: number - 1 })}
                onClose={closeFind}
              />
            )}
            {remark && (
              <Notice
                tone={remark === 'no_connection' ? 'danger' : 'info'}
                dismiss={{ label: say('remark.dismiss'), onClick: flow.dismissRemark }}
              >
                {say(`remark.${remark}`)}
              </Notice>
            )}
            {problem === null && notice?.({ page, pages, goToEnd: () => setGoTo({ page: pages - 1 }) })}
          </>
        }
      >
        {children}
      </ActionBar>
      <LinkDialog url={link} onClose={() => setLink(null)} />
    </Frame>
  );
}

/** The pages cannot be shown: said where they would be, with both ways on. */
function DocumentProblem({
  code,
  url,
  fileName,
  onRetry,
}: {
  code: string;
  url: string;
  fileName: string;
  onRetry: () => void;
}) {
  const { say } = useSpeech();
  const { state, download } = useDownload();
  return (
    <div className="reader__problem">
      <Notice tone="danger">
        <strong>{say('read.failed')}</strong> {say('read.failed_next')} <span className="muted">{code}</span>
      </Notice>
      {state === 'failed' && <Notice tone="danger">{say('menu.download_failed')}</Notice>}
      <div className="button-row">
        <Button variant="secondary" onClick={onRetry}>
          {say('read.retry')}
        </Button>
        <Button variant="secondary" icon="download" busy={state === 'loading'} onClick={() => download(url, fileName)}>
          {say(state === 'loading' ? 'menu.downloading' : 'menu.download')}
        </Button>
      </div>
    </div>
  );
}
