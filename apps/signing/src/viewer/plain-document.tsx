import { Button, Notice } from '@segl/ui';
import { type ReactNode, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { indentXml, rowsIn, splitIntoBlocks } from './plain-text.ts';
import { StillFrame } from './still-frame.tsx';
import './plain-document.css';

export type PlainDocumentProps = {
  format: 'txt' | 'html' | 'xml';
  /** There is a copy to be shown in place of the content; `reduced`: not all of the content is in it. */
  display: { reduced: boolean } | undefined;
  load: (what: 'content' | 'display') => Promise<string>;
  /** The element that scrolls; the document is somewhere inside it. */
  scroller: RefObject<HTMLElement | null>;
  /** Size of text, 1 is the usual one. */
  scale: number;
  title: string;
  texts: { showSource: string; showDocument: string; reduced: string };
  /** Shown until the content is there. */
  whileLoading: ReactNode;
  onEndSeen: () => void;
  /** The document cannot be shown; `status` is the server's answer when it was that. */
  onProblem: (status: number | null) => void;
};

/** A document that is not PDF: text as it is, HTML in a frame that can do nothing, XML through its style sheet or as source. */
export function PlainDocument(props: PlainDocumentProps) {
  const { format, display, texts } = props;
  const [asSource, setAsSource] = useState(false);
  const what = display && !asSource ? 'display' : 'content';
  const text = useText(props, what);
  return (
    <div className="plain-document">
      {display && (
        <div className="plain-document__choice">
          <Button variant="text" onClick={() => setAsSource(!asSource)}>
            {asSource ? texts.showDocument : texts.showSource}
          </Button>
        </div>
      )}
      {what === 'display' && display?.reduced && <Notice tone="info">{texts.reduced}</Notice>}
      {text === null ? (
        props.whileLoading
      ) : what === 'display' ? (
        <FramedDocument {...props} html={text} />
      ) : (
        <TextDocument {...props} text={format === 'xml' ? indentXml(text) : text} />
      )}
    </div>
  );
}

function useText(props: PlainDocumentProps, what: 'content' | 'display'): string | null {
  const events = useRef(props);
  events.current = props;
  const [loaded, setLoaded] = useState<{ what: string; text: string } | null>(null);
  const { load } = props;
  useEffect(() => {
    let gone = false;
    load(what).then(
      (text) => {
        if (!gone) setLoaded({ what, text });
      },
      (error: { status?: number }) => {
        if (!gone) events.current.onProblem(error.status ?? null);
      },
    );
    return () => {
      gone = true;
    };
  }, [load, what]);
  return loaded?.what === what ? loaded.text : null;
}

const USUAL_COLUMNS = 80;
/** Of the usual monospace fonts. It only has to be near: what is in sight is measured. */
const EM_PER_CHARACTER = 0.6;

function TextDocument({ text, scale, title, scroller, onEndSeen }: PlainDocumentProps & { text: string }) {
  const blocks = useMemo(() => splitIntoBlocks(text), [text]);
  const section = useRef<HTMLElement>(null);
  const [columns, setColumns] = useState(USUAL_COLUMNS);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another size of text has other columns
  useLayoutEffect(() => {
    if (!section.current) return;
    const { fontSize, paddingLeft } = getComputedStyle(section.current);
    const width = section.current.clientWidth - 2 * Number.parseFloat(paddingLeft);
    setColumns(Math.max(1, Math.floor(width / (Number.parseFloat(fontSize) * EM_PER_CHARACTER))));
  }, [scale]);
  return (
    <>
      <section ref={section} className="plain-text" aria-label={title} style={{ fontSize: `${scale * 0.9375}rem` }}>
        {blocks.map((block, index) => (
          <pre
            // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text never change places
            key={index}
            className="plain-text__block"
            style={{ containIntrinsicBlockSize: `auto ${rowsIn(block, columns) * 1.5}em` }}
          >
            {block}
          </pre>
        ))}
      </section>
      <EndMark scroller={scroller} onSeen={onEndSeen} />
    </>
  );
}

function FramedDocument({ html, scale, title, scroller, onEndSeen }: PlainDocumentProps & { html: string }) {
  const [laidOut, setLaidOut] = useState(false);
  return (
    <>
      <StillFrame html={html} scale={scale} title={title} onLaidOut={() => setLaidOut(true)} />
      {laidOut && <EndMark scroller={scroller} onSeen={onEndSeen} />}
    </>
  );
}

/** The end of the document: whoever has it in sight has been there. */
function EndMark({ scroller, onSeen }: { scroller: RefObject<HTMLElement | null>; onSeen: () => void }) {
  const mark = useRef<HTMLDivElement>(null);
  const seen = useRef(onSeen);
  seen.current = onSeen;
  useEffect(() => {
    if (!mark.current) return;
    const end = mark.current;
    let frame = 0;
    const isInSight = () => {
      const view = scroller.current?.getBoundingClientRect();
      return view !== undefined && end.getBoundingClientRect().top < view.bottom;
    };
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (!entry?.isIntersecting) return;
        // What comes into sight is laid out only then, and may push the end out of sight again.
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(() => {
          frame = requestAnimationFrame(() => {
            if (isInSight()) {
              observer.disconnect();
              seen.current();
            } else {
              observer.unobserve(end);
              observer.observe(end);
            }
          });
        });
      },
      { root: scroller.current },
    );
    observer.observe(end);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
    };
  }, [scroller]);
  return <div ref={mark} className="plain-document__end" />;
}
