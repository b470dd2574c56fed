import workerUrl from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';

export const loadPages = () => import('./viewer.ts');
export const loadPlainDocument = () => import('./plain-document.tsx');

/**
 * Begins to fetch viewer and worker while the session is still being opened: on a slow line they take longer than all
 * the rest, and one after the other longer still. The worker only goes into the browser's cache; pdf.js starts it.
 */
export function fetchViewerEarly(): void {
  loadPages().catch(() => {});
  fetch(workerUrl, { priority: 'low' })
    .then((response) => response.arrayBuffer())
    .catch(() => {});
}
