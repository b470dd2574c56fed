import { describe, expect, it } from 'vitest';
import { pointAt, type Stroke, strokesAsSent, withPoint } from './strokes.ts';

const box = { left: 10, top: 20, width: 300, height: 100 };
const at = (clientX: number, clientY: number) => ({ clientX, clientY, pressure: 0.456, pointerType: 'pen' });

describe('strokes', () => {
  it('are kept in units of the area, whatever the size on the screen', () => {
    expect(pointAt(at(160, 70), box, 12.4)).toEqual({ x: 300, y: 100, time: 12, pressure: 0.46 });
  });

  it('end at the edge of the area', () => {
    expect(pointAt(at(-50, 900), box, -1)).toMatchObject({ x: 0, y: 200, time: 0 });
  });

  it('grow point by point, and a new one begins with the next touch', () => {
    const point = pointAt(at(160, 70), box, 0);
    const strokes = [true, false, true].reduce<Stroke[]>((all, isNew) => withPoint(all, point, isNew), []);
    expect(strokes.map((stroke) => stroke.length)).toEqual([2, 1]);
    expect(strokesAsSent(strokes)).toEqual([
      [300, 100, 0, 0.46, 300, 100, 0, 0.46],
      [300, 100, 0, 0.46],
    ]);
  });

  it('are no more than any hand needs', () => {
    const point = pointAt(at(160, 70), box, 0);
    let strokes: Stroke[] = [];
    for (let index = 0; index < 300; index += 1) strokes = withPoint(strokes, point, true);
    expect(strokes).toHaveLength(200);
  });
});
