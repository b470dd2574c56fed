import { useState } from 'react';
import { useSigning } from '../signing.tsx';
import { saveFile } from './save-file.ts';

/** Fetches a file with the session's right to it and saves it. `state` is for the button and the words beside it. */
export function useDownload(): {
  state: 'idle' | 'loading' | 'failed';
  download: (url: string, fileName: string) => Promise<void>;
} {
  const { host } = useSigning();
  const [state, setState] = useState<'idle' | 'loading' | 'failed'>('idle');
  return {
    state,
    async download(url, fileName) {
      setState('loading');
      try {
        saveFile(await host.fetchFile(url), fileName);
        setState('idle');
      } catch {
        setState('failed');
      }
    },
  };
}
