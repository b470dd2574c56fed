import type { ReactNode } from 'react';

/** One outline set on a 24 px grid, 1.5 px strokes. Icons are decoration: whoever shows one gives it words. */
export type IconName =
  | 'alert'
  | 'arrow-left'
  | 'check'
  | 'chevron-down'
  | 'chevron-right'
  | 'chevron-up'
  | 'close'
  | 'document'
  | 'download'
  | 'fit-width'
  | 'hourglass'
  | 'link-off'
  | 'lock'
  | 'menu'
  | 'minus'
  | 'plus'
  | 'printer'
  | 'search'
  | 'window';

const drawings: Record<IconName, ReactNode> = {
  alert: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 7.5v5.25M12 16.4v.1" />
    </>
  ),
  'arrow-left': <path d="M19 12H5m0 0 6.5-6.5M5 12l6.5 6.5" />,
  check: <path d="m5 12.75 4.5 4.5L19 7.5" />,
  'chevron-down': <path d="m7 10 5 5 5-5" />,
  'chevron-right': <path d="m10 7 5 5-5 5" />,
  'chevron-up': <path d="m7 14 5-5 5 5" />,
  close: <path d="m6.5 6.5 11 11m0-11-11 11" />,
  document: (
    <>
      <path d="M6 3.75h7.5L18 8.25v12H6z" />
      <path d="M13.25 3.75v4.75H18M9 12.5h6M9 16h6" />
    </>
  ),
  download: <path d="M12 4v11m0 0 4.5-4.5M12 15l-4.5-4.5M4.5 19.25h15" />,
  'fit-width': <path d="M4 5v14M20 5v14M7 12h10M7 12l2.5-2.5M7 12l2.5 2.5M17 12l-2.5-2.5M17 12l-2.5 2.5" />,
  hourglass: (
    <path d="M7 3.75h10M7 20.25h10M8 3.75c0 5 4 5.5 4 8.25s-4 3.25-4 8.25M16 3.75c0 5-4 5.5-4 8.25s4 3.25 4 8.25" />
  ),
  'link-off': <path d="m9.5 14.5-1 1a3.5 3.5 0 0 1-5-5l2.5-2.5m8.5 1.5 1-1a3.5 3.5 0 0 1 5 5l-2.5 2.5M4 4l16 16" />,
  lock: <path d="M6 10.75h12v8.5H6zM8.5 10.75V8a3.5 3.5 0 0 1 7 0v2.75" />,
  menu: <path d="M4 7h16M4 12h16M4 17h16" />,
  minus: <path d="M5.5 12h13" />,
  plus: <path d="M5.5 12h13M12 5.5v13" />,
  printer: <path d="M7 9V4h10v5M7 16.5H4V9h16v7.5h-3M7 13.75h10V20H7z" />,
  search: (
    <>
      <circle cx="10.75" cy="10.75" r="6" />
      <path d="m15.25 15.25 4.5 4.5" />
    </>
  ),
  window: (
    <>
      <path d="M4 7.75h11.25V19H4z" />
      <path d="M9 7.5V4.75h11V16h-4.5" />
    </>
  ),
};

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {drawings[name]}
    </svg>
  );
}
