import { Button } from '@segl/ui';
import { type PointerEvent, useEffect, useRef } from 'react';
import { useSpeech } from '../texts/use-speech.tsx';
import { drawStrokes } from './paint.ts';
import { AREA, pointAt, type Stroke, withPoint } from './strokes.ts';

/** Where a signature is drawn with finger, pen or mouse. Whoever cannot draw has the name typed instead. */
export function DrawingArea({ strokes, onChange }: { strokes: Stroke[]; onChange: (strokes: Stroke[]) => void }) {
  const { say } = useSpeech();
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(strokes);
  const startedAt = useRef(0);
  latest.current = strokes;

  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    const { width } = canvas.current.getBoundingClientRect();
    const scale = (width / AREA.width) * (window.devicePixelRatio || 1);
    canvas.current.width = Math.round(AREA.width * scale);
    canvas.current.height = Math.round(AREA.height * scale);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    drawStrokes(context, strokes, getComputedStyle(canvas.current).color);
  }, [strokes]);

  function take(event: PointerEvent<HTMLCanvasElement>, isNew: boolean): void {
    const box = event.currentTarget.getBoundingClientRect();
    if (isNew && latest.current.length === 0) startedAt.current = event.timeStamp;
    // A fast hand makes several points between two frames.
    const events = isNew ? [event.nativeEvent] : (event.nativeEvent.getCoalescedEvents?.() ?? []);
    let next = latest.current;
    (events.length > 0 ? events : [event.nativeEvent]).forEach((one, index) => {
      next = withPoint(next, pointAt(one, box, one.timeStamp - startedAt.current), isNew && index === 0);
    });
    latest.current = next;
    onChange(next);
  }

  return (
    <div className="drawing">
      <canvas
        ref={canvas}
        className="drawing__area"
        role="img"
        aria-label={say(strokes.length > 0 ? 'hand.drawn_something' : 'hand.draw_here')}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          take(event, true);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) take(event, false);
        }}
      />
      {strokes.length === 0 && (
        <p className="drawing__hint" aria-hidden="true">
          {say('hand.draw_here')}
        </p>
      )}
      <div className="drawing__tools">
        <Button variant="text" busy={strokes.length === 0} onClick={() => onChange(strokes.slice(0, -1))}>
          {say('hand.undo')}
        </Button>
        <Button variant="text" busy={strokes.length === 0} onClick={() => onChange([])}>
          {say('hand.clear')}
        </Button>
      </div>
    </div>
  );
}
