import encodeQr from 'qr';

/** Modules of free space around a code, as its readers want it. */
const QUIET_ZONE = 4;

/** A QR code, black on white in every theme: readers want it so. */
export function QrCode({ content, label }: { content: string; label: string }) {
  const rows = encodeQr(content, 'raw', { ecc: 'low', border: QUIET_ZONE });
  const path = rows.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg className="qr-code" viewBox={`0 0 ${rows.length} ${rows.length}`} role="img" aria-label={label}>
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path} fill="#000" shapeRendering="crispEdges" />
    </svg>
  );
}
