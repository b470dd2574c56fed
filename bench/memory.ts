import { connect, documentRequest } from '@segl/test-kit/api-client';
import { sampleContract, startSegl } from '@segl/test-kit/segl-process';
import { residentMb } from '../test/properties/every-operation.ts';

/**
 * Resident memory of a server under load: `npm run bench -- memory [seconds]`. Reads, lists, creations and refused requests
 * go on at once; the table shows memory every five seconds. After warm-up it should be flat.
 */
const seconds = Number(process.argv[2] ?? '60');
const segl = await startSegl({ environment: { SEGL_THROTTLE: 'off', SEGL_LOG_LEVEL: 'error' } });
try {
  const [api, pdf] = await Promise.all([connect(segl), sampleContract()]);
  const { body: document } = await api.request('POST', '/signature/documents', documentRequest(pdf));
  let sent = 0;
  const end = performance.now() + seconds * 1000;
  const repeat = async (send: () => Promise<unknown>) => {
    while (performance.now() < end) {
      await send();
      sent += 1;
    }
  };
  const large = `[${'1,'.repeat(200_000)}1]`;
  const load = Promise.all([
    repeat(() => api.request('GET', `/signature/documents/${document.documentId}`)),
    repeat(() => api.request('GET', '/signature/documents/summary?limit=20')),
    repeat(() => api.request('GET', `/signature/documents/${document.documentId}/files?fileFormat=unsigned`)),
    repeat(() => api.request('POST', '/signature/documents', documentRequest(pdf))),
    repeat(() => api.request('POST', '/notification/webhooks', large)),
    repeat(() => connect(segl)),
  ]);
  console.log('  second   requests   resident MB');
  for (let second = 0; second <= seconds; second += 5) {
    console.log(
      `${String(second).padStart(8)}${String(sent).padStart(11)}${String(await residentMb(segl.processId)).padStart(14)}`,
    );
    if (second < seconds) await new Promise((resolve) => setTimeout(resolve, 5000));
  }
  await load;
} finally {
  await segl.remove();
}
