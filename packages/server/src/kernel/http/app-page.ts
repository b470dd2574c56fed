import { randomBytes } from 'node:crypto';
import type { FastifyReply } from 'fastify';

/** Nothing of the device is asked for. */
const PERMISSIONS_POLICY = [
  'accelerometer',
  'autoplay',
  'bluetooth',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
]
  .map((feature) => `${feature}=()`)
  .join(', ');

/**
 * Sends the built page of a web app. `shell` has the marks `__SEGL_NONCE__` and `__SEGL_BOOT__`; the boot data stand in a
 * script element that is no script. Without `frameAncestors` nobody may frame the page. `hasOpener`: the page must reach
 * the one that opened it, from which every other opener policy would cut it off.
 */
export function sendAppPage(
  reply: FastifyReply,
  page: { shell: string; boot: unknown; frameAncestors: readonly string[]; hasOpener?: boolean },
): FastifyReply {
  const nonce = randomBytes(16).toString('base64');
  const html = page.shell
    .replaceAll('__SEGL_NONCE__', nonce)
    // Inside a script element only `<` can end the data early.
    .replace('__SEGL_BOOT__', () => JSON.stringify(page.boot).replaceAll('<', '\\u003c'));
  const ancestors = page.frameAncestors.length > 0 ? page.frameAncestors.join(' ') : "'none'";
  reply.headers({
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      `script-src 'self' 'nonce-${nonce}'`,
      `style-src 'self' 'nonce-${nonce}'`,
      "img-src 'self' data: blob:",
      "font-src 'self'",
      "connect-src 'self'",
      "worker-src 'self' blob:",
      "frame-src 'self' blob:",
      "form-action 'self'",
      "base-uri 'none'",
      `frame-ancestors ${ancestors}`,
    ].join('; '),
    'referrer-policy': 'no-referrer',
    'permissions-policy': PERMISSIONS_POLICY,
    'cross-origin-opener-policy': page.hasOpener ? 'unsafe-none' : 'same-origin-allow-popups',
    'x-robots-tag': 'noindex',
    'cache-control': 'no-store',
  });
  if (page.frameAncestors.length === 0) reply.header('x-frame-options', 'DENY');
  return reply.send(html);
}
