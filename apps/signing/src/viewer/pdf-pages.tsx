import {
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { findInPages, type Hit, markHits } from './find-in-pages.ts';
import {
  A4,
  type Anchor,
  anchorAt,
  layOutPages,
  type PageSize,
  pageAt,
  pagesBetween,
  positionOf,
  type Zoom,
} from './page-layout.ts';
import { openPdf, type PDFDocumentProxy, type PdfSource, refusedStatus } from './pdf-document.ts';
import { PdfPage } from './pdf-page.tsx';
import './pdf-pages.css';

const GAP = 12;

export type PdfPagesProps = {
  source: PdfSource;
  /** The element that scrolls; the pages are somewhere inside it. */
  scroller: RefObject<HTMLElement | null>;
  zoom: Zoom;
  startAt: Anchor | null;
  labelOf: (page: number, pages: number) => string;
  labelWithoutText: string;
  labelOfLink: (url: string) => string;
  /** Shown until the document's first answer is there. */
  whileLoading: ReactNode;
  onOpened: (pages: number) => void;
  /** Where the reader is: the place at the upper edge to come back to, the page in the middle, and its scale. */
  onPlace: (place: Anchor, page: number, scale: number) => void;
  onLastPageSeen: () => void;
  /** What the reader looks for, and at which of the hits the reader is. */
  find: { pattern: RegExp; current: number } | null;
  onFound: (count: number, done: boolean) => void;
  /** A link of the document has been pressed; nothing has happened yet. */
  onLink: (url: string) => void;
  /** A page to go to, from 0; a new object each time. */
  goTo: { page: number } | null;
  /** The document cannot be shown; `status` is the server's answer when it was that. */
  onProblem: (status: number | null) => void;
};

/** All pages of a PDF under each other, of which only those in sight and their neighbours exist. */
export function PdfPages(props: PdfPagesProps) {
  const { source, zoom, scroller, labelOf } = props;
  const events = useRef(props);
  events.current = props;
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null);

  const { url } = source;
  const headers = JSON.stringify(source.headers);
  useEffect(() => {
    let gone = false;
    openPdf({ url, headers: JSON.parse(headers) }).then(
      (opened) => {
        if (gone) return;
        if (opened.numPages === 0) return events.current.onProblem(null);
        events.current.onOpened(opened.numPages);
        setPdf(opened);
      },
      (error: unknown) => {
        if (!gone) events.current.onProblem(refusedStatus(error));
      },
    );
    return () => {
      gone = true;
    };
  }, [url, headers]);

  if (!pdf) return props.whileLoading;
  return <OpenPages {...props} pdf={pdf} zoom={zoom} scroller={scroller} labelOf={labelOf} />;
}

function OpenPages(props: PdfPagesProps & { pdf: PDFDocumentProxy }) {
  const { pdf, scroller, zoom, startAt, labelOf, labelWithoutText, labelOfLink } = props;
  const events = useRef(props);
  events.current = props;

  const container = useRef<HTMLDivElement>(null);
  const anchor = useRef<Anchor | null>(startAt);
  const [available, setAvailable] = useState(0);
  const [sizes, setSizes] = useState<readonly PageSize[]>(() => Array(pdf.numPages).fill(A4));
  const [inSight, setInSight] = useState({ first: 0, last: 0 });
  const known = useRef(new Set<number>());
  const drawn = useRef(new Set<number>());
  const lastSeen = useRef(false);

  const layout = useMemo(() => layOutPages(sizes, zoom, available, GAP), [sizes, zoom, available]);

  // Read before the pages change their size under the reader: afterwards the scroll position means another place.
  const laid = useRef(layout);
  const placed = useRef(false);
  if (laid.current !== layout) {
    const top = (scroller.current?.scrollTop ?? 0) - (container.current?.offsetTop ?? 0);
    if (placed.current) anchor.current = top > 0 ? anchorAt(laid.current, top) : null;
    laid.current = layout;
  }

  /** What the reader sees now: which pages, which one is named below, whether the end has been seen. */
  const look = useCallback(() => {
    const view = scroller.current;
    const pages = container.current;
    if (!view || !pages || layout.boxes.length === 0 || available === 0) return;
    const top = view.scrollTop - pages.offsetTop;
    const bottom = top + view.clientHeight;
    const next = pagesBetween(layout, top, bottom);
    setInSight((now) => (now.first === next.first && now.last === next.last ? now : next));
    anchor.current = top > 0 ? anchorAt(layout, top) : null;
    const middle = pageAt(layout, Math.max(0, top + view.clientHeight / 2));
    events.current.onPlace(anchor.current ?? { page: 0, fraction: 0 }, middle, layout.boxes[middle]!.scale);
    const end = layout.boxes.length - 1;
    if (!lastSeen.current && next.last === end && bottom > layout.boxes[end]!.top + 40 && drawn.current.has(end)) {
      lastSeen.current = true;
      events.current.onLastPageSeen();
    }
  }, [layout, scroller, available]);

  useLayoutEffect(() => {
    const view = scroller.current;
    const pages = container.current;
    if (!view || !pages) return;
    const measure = () => setAvailable(pages.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(pages);
    return () => observer.disconnect();
  }, [scroller]);

  useLayoutEffect(() => {
    const view = scroller.current;
    const pages = container.current;
    if (!view || !pages || available === 0) return;
    if (anchor.current) {
      const top = Math.round(pages.offsetTop + positionOf(layout, anchor.current));
      // Not even the same value is written without need: on phones that would stop a fling.
      if (Math.abs(view.scrollTop - top) >= 1) view.scrollTop = top;
    }
    placed.current = true;
    look();
  }, [layout, look, scroller, available]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: zooming, and only that, brings the middle back into sight
  useLayoutEffect(() => {
    const view = scroller.current;
    if (view && view.scrollWidth > view.clientWidth) view.scrollLeft = (view.scrollWidth - view.clientWidth) / 2;
  }, [zoom, scroller]);

  useEffect(() => {
    const view = scroller.current;
    if (!view) return;
    let frame = 0;
    const onScroll = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    };
    view.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      cancelAnimationFrame(frame);
      view.removeEventListener('scroll', onScroll);
    };
  }, [look, scroller]);

  const onSize = useCallback((index: number, size: PageSize) => {
    if (known.current.has(index)) return;
    // Pages not yet met are taken to be like the first one, as they nearly always are.
    const firstMet = known.current.size === 0;
    known.current.add(index);
    setSizes((now) => {
      const likely = firstMet ? size : null;
      const unchanged =
        Math.abs(now[index]!.width - size.width) < 0.5 && Math.abs(now[index]!.height - size.height) < 0.5;
      if (unchanged && !likely) return now;
      return now.map((old, at) => (at === index ? size : (likely ?? old)));
    });
  }, []);

  const onDrawn = useCallback(
    (index: number) => {
      drawn.current.add(index);
      look();
    },
    [look],
  );

  const { find, goTo } = props;
  const pattern = find?.pattern ?? null;
  const [hits, setHits] = useState<Hit[]>([]);
  useEffect(() => {
    setHits([]);
    if (!pattern) return;
    let over = false;
    const tell = (found: Hit[], done: boolean) => {
      setHits(found);
      events.current.onFound(found.length, done);
    };
    // A page that cannot be read says so where it is drawn.
    findInPages(pdf, pattern, tell, () => over).catch(() => {});
    return () => {
      over = true;
    };
  }, [pdf, pattern]);

  const hit = find ? hits[find.current] : undefined;
  const broughtIntoSight = useRef<Hit | null>(null);
  /** Marks what is laid out; the current hit is brought into sight once, when its page has its text. */
  const mark = useCallback(() => {
    const view = scroller.current;
    if (!container.current || !view) return;
    const now = markHits(container.current, pattern, hit);
    if (!now || !hit || broughtIntoSight.current === hit) return;
    broughtIntoSight.current = hit;
    const { top, bottom } = now.getBoundingClientRect();
    const sight = view.getBoundingClientRect();
    if (top < sight.top + 60 || bottom > sight.bottom - 60) view.scrollTop += top - sight.top - view.clientHeight / 3;
  }, [scroller, pattern, hit]);
  useEffect(() => mark(), [mark]);
  useEffect(() => () => void markHits(document.createElement('div'), null, undefined), []);

  const goToPage = useCallback(
    (page: number) => {
      const [view, pages] = [scroller.current, container.current];
      const box = laid.current.boxes[page];
      if (view && pages && box) view.scrollTop = pages.offsetTop + box.top;
    },
    [scroller],
  );
  const hitPage = hit?.page;
  useEffect(() => {
    const shown = container.current?.querySelector(`[data-page="${(hitPage ?? 0) + 1}"]`);
    if (hitPage !== undefined && !shown) goToPage(hitPage);
  }, [hitPage, goToPage]);
  useEffect(() => {
    if (goTo) goToPage(goTo.page);
  }, [goTo, goToPage]);

  const from = Math.max(0, inSight.first - 1);
  const to = Math.min(layout.boxes.length - 1, inSight.last + 1);
  const mounted = Array.from({ length: to - from + 1 }, (_, at) => from + at);
  const width = Math.max(layout.width, available);
  return (
    <div className="pdf-pages" ref={container}>
      <div className="pdf-pages__sheet" style={{ height: layout.height, width: available === 0 ? undefined : width }}>
        {available > 0 &&
          mounted.map((index) => (
            <PdfPage
              key={index}
              pdf={pdf}
              index={index}
              box={layout.boxes[index]!}
              left={Math.floor((width - layout.boxes[index]!.width) / 2)}
              label={labelOf(index + 1, layout.boxes.length)}
              labelWithoutText={labelWithoutText}
              labelOfLink={labelOfLink}
              onSize={onSize}
              onDrawn={onDrawn}
              onText={mark}
              onLink={props.onLink}
              onProblem={props.onProblem}
            />
          ))}
      </div>
    </div>
  );
}
