import { AREA, lineWidth, type Stroke } from './strokes.ts';

const INK = '#16181d';
export const SCRIPT_FONT = '"Dancing Script", cursive';

/** Draws the strokes in the units of the area. */
export function drawStrokes(context: CanvasRenderingContext2D, strokes: readonly Stroke[], ink: string): void {
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stroke of strokes) {
    const [first] = stroke;
    if (!first) continue;
    context.beginPath();
    context.arc(first.x, first.y, lineWidth(first) / 2, 0, 2 * Math.PI);
    context.fill();
    for (let index = 1; index < stroke.length; index += 1) {
      const [from, to] = [stroke[index - 1]!, stroke[index]!];
      context.lineWidth = (lineWidth(from) + lineWidth(to)) / 2;
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    }
  }
}

/** The signature as a PNG with transparent ground, in base64. */
export function paintStrokes(strokes: readonly Stroke[]): string {
  return picture((context) => drawStrokes(context, strokes, INK));
}

/** The name in a script face, as large as there is room for. */
export async function paintTyped(name: string): Promise<string> {
  // Without the face, the browser's own script is taken.
  await document.fonts.load(`96px ${SCRIPT_FONT}`, name).catch(() => undefined);
  return picture((context) => {
    context.fillStyle = INK;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    let size = 96;
    do {
      context.font = `${size}px ${SCRIPT_FONT}`;
      size -= 4;
    } while (size > 16 && context.measureText(name).width > AREA.width - 40);
    context.fillText(name, AREA.width / 2, AREA.height / 2, AREA.width - 40);
  });
}

function picture(draw: (context: CanvasRenderingContext2D) => void): string {
  const canvas = document.createElement('canvas');
  canvas.width = AREA.width;
  canvas.height = AREA.height;
  draw(canvas.getContext('2d')!);
  return canvas.toDataURL('image/png').split(',')[1]!;
}
