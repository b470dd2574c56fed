import { useEffect, useRef, useState } from 'react';
import type { PageBox, PageSize } from './page-layout.ts';
import { type PageLink, readLinks } from './page-links.ts';
import {
  AnnotationMode,
  type PDFDocumentProxy,
  type PDFPageProxy,
  type RenderTask,
  refusedStatus,
  TextLayer,
} from './pdf-document.ts';

const CSS_PIXELS_PER_POINT = 96 / 72;

/** Pixels of one canvas at most, so that three zoomed pages still fit a phone's memory (4 bytes each). */
const MOST_CANVAS_PIXELS = 8_000_000;

/** Pages that fly past are not drawn: a page must stay this long. Milliseconds. */
const SETTLE_MS = 80;

async function drawPage(
  page: PDFPageProxy,
  box: PageBox,
  begun: (task: RenderTask) => void,
): Promise<HTMLCanvasElement> {
  const viewport = page.getViewport({ scale: box.scale * CSS_PIXELS_PER_POINT });
  const ratio = Math.min(
    window.devicePixelRatio || 1,
    Math.sqrt(MOST_CANVAS_PIXELS / (viewport.width * viewport.height)),
  );
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.floor(viewport.width * ratio));
  canvas.height = Math.max(1, Math.floor(viewport.height * ratio));
  canvas.setAttribute('aria-hidden', 'true');
  const task = page.render({
    canvas,
    viewport,
    transform: ratio === 1 ? undefined : [ratio, 0, 0, ratio, 0, 0],
    annotationMode: AnnotationMode.ENABLE,
  });
  begun(task);
  await task.promise;
  return canvas;
}

async function layText(page: PDFPageProxy, container: HTMLElement): Promise<{ layer: TextLayer; hasText: boolean }> {
  const content = await page.getTextContent({ includeMarkedContent: true });
  const layer = new TextLayer({
    textContentSource: content,
    container,
    viewport: page.getViewport({ scale: CSS_PIXELS_PER_POINT }),
  });
  await layer.render();
  if (content.lang) container.lang = content.lang;
  const hasText = content.items.some((item) => 'str' in item && item.str.trim() !== '');
  return { layer, hasText };
}

/**
 * One page: its picture, and over it the page's own text, invisible but there to be read aloud, searched and selected.
 * Links ask before they lead anywhere; forms of the document are drawn and not alive.
 */
export function PdfPage({
  pdf,
  index,
  box,
  left,
  label,
  labelWithoutText,
  labelOfLink,
  onSize,
  onDrawn,
  onText,
  onLink,
  onProblem,
}: {
  pdf: PDFDocumentProxy;
  index: number;
  box: PageBox;
  left: number;
  label: string;
  labelWithoutText: string;
  labelOfLink: (url: string) => string;
  onSize: (index: number, size: PageSize) => void;
  onDrawn: (index: number) => void;
  /** The text over the page has been laid. */
  onText: () => void;
  /** A link has been pressed; nothing has happened yet. */
  onLink: (url: string) => void;
  onProblem: (status: number | null) => void;
}) {
  const [page, setPage] = useState<PDFPageProxy | null>(null);
  const [hasText, setHasText] = useState(true);
  const [links, setLinks] = useState<PageLink[]>([]);
  const picture = useRef<HTMLDivElement>(null);
  const text = useRef<HTMLDivElement>(null);
  const events = useRef({ onSize, onDrawn, onText, onProblem });
  events.current = { onSize, onDrawn, onText, onProblem };

  useEffect(() => {
    let gone = false;
    const settle = setTimeout(async () => {
      try {
        const loaded = await pdf.getPage(index + 1);
        if (gone) return;
        const { width, height } = loaded.getViewport({ scale: CSS_PIXELS_PER_POINT });
        events.current.onSize(index, { width, height });
        setPage(loaded);
      } catch (error) {
        if (!gone) events.current.onProblem(refusedStatus(error));
      }
    }, SETTLE_MS);
    return () => {
      gone = true;
      clearTimeout(settle);
    };
  }, [pdf, index]);

  const { scale } = box;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a page is drawn again when its scale changes, not when it moves
  useEffect(() => {
    const holder = picture.current;
    if (!page || !holder) return;
    let task: RenderTask | null = null;
    let gone = false;
    drawPage(page, box, (begun) => {
      task = begun;
    }).then(
      (canvas) => {
        if (gone) return;
        // The old picture stays, stretched, until the new one is there: zooming does not flash.
        holder.replaceChildren(canvas);
        events.current.onDrawn(index);
      },
      (error: unknown) => {
        if (!gone) events.current.onProblem(refusedStatus(error));
      },
    );
    return () => {
      gone = true;
      task?.cancel();
    };
  }, [page, scale, index]);

  useEffect(() => {
    const container = text.current;
    if (!page || !container) return;
    let laid: TextLayer | null = null;
    let gone = false;
    layText(page, container).then(
      (result) => {
        laid = result.layer;
        if (gone) return;
        setHasText(result.hasText);
        events.current.onText();
      },
      () => {
        if (!gone) setHasText(false);
      },
    );
    return () => {
      gone = true;
      laid?.cancel();
      container.replaceChildren();
      page.cleanup();
    };
  }, [page]);

  useEffect(() => {
    if (!page) return;
    let gone = false;
    readLinks(page).then(
      (found) => {
        if (!gone && found.length > 0) setLinks(found);
      },
      // Without its links the page is still the page.
      () => {},
    );
    return () => {
      gone = true;
    };
  }, [page]);

  useEffect(() => {
    picture.current?.parentElement?.style.setProperty('--total-scale-factor', String(scale * CSS_PIXELS_PER_POINT));
  }, [scale]);

  return (
    <article
      className="pdf-page"
      aria-label={label}
      data-page={index + 1}
      style={{ top: box.top, left, width: box.width, height: box.height }}
    >
      <div className="pdf-page__picture" ref={picture} />
      {!hasText && <p className="sr-only">{labelWithoutText}</p>}
      <div className="textLayer" ref={text} />
      {links.map(({ url, left, top, width, height }) => (
        <button
          key={`${url} ${left} ${top}`}
          type="button"
          className="pdf-page__link"
          aria-label={labelOfLink(url)}
          style={{ left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` }}
          onClick={() => onLink(url)}
        />
      ))}
    </article>
  );
}
