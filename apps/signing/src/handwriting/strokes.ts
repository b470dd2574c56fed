/** The area in which signatures are kept, in its own units; what is drawn on the screen is scaled to it. */
export const AREA = { width: 600, height: 200 } as const;

/** More than any hand needs; what comes after is not taken. */
const MAX_STROKES = 200;
const MAX_POINTS = 4000;

export type Point = { x: number; y: number; time: number; pressure: number };
export type Stroke = Point[];

/** A point of the screen in the units of the area; outside of it counts as its edge. */
export function pointAt(
  event: { clientX: number; clientY: number; pressure: number; pointerType: string },
  box: { left: number; top: number; width: number; height: number },
  time: number,
): Point {
  const within = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value * 10) / 10));
  return {
    x: within(((event.clientX - box.left) / box.width) * AREA.width, AREA.width),
    y: within(((event.clientY - box.top) / box.height) * AREA.height, AREA.height),
    time: Math.min(3_600_000, Math.max(0, Math.round(time))),
    // A mouse has none; it reports one half.
    pressure: Math.min(1, Math.max(0, Math.round(event.pressure * 100) / 100)),
  };
}

export function withPoint(strokes: readonly Stroke[], point: Point, isNew: boolean): Stroke[] {
  const last = strokes.at(-1);
  if (isNew || !last) return strokes.length < MAX_STROKES ? [...strokes, [point]] : [...strokes];
  return last.length < MAX_POINTS ? [...strokes.slice(0, -1), [...last, point]] : [...strokes];
}

export function strokesAsSent(strokes: readonly Stroke[]): number[][] {
  return strokes.map((stroke) => stroke.flatMap(({ x, y, time, pressure }) => [x, y, time, pressure]));
}

/** Width of the line at a point. */
export function lineWidth({ pressure }: Point): number {
  return 2 + 3 * (pressure || 0.5);
}
