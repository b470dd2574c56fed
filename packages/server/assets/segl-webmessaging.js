// For pages that show identification in a frame. Include it from the same host as the frame:
//
//   <script src="https://segl.example.com/static/segl-webmessaging.js"></script>
//
// It fits the frame to what it shows, and moves the page to the return URL at the end. Every message is told to the frame
// as the event "segl-message" with { type, payload } in its detail; preventDefault() keeps the page where it is.
(() => {
  const segl = new URL(document.currentScript.src).origin;
  const ends = ['id_success', 'id_aborted', 'id_error'];

  window.addEventListener('message', (event) => {
    // Anybody can post to a page: only a frame of this one, with a page of that host, is believed.
    if (event.origin !== segl || typeof event.data !== 'string') return;
    const frame = [...document.querySelectorAll('iframe')].find((one) => one.contentWindow === event.source);
    if (!frame) return;
    let message;
    try {
      message = JSON.parse(event.data);
    } catch {
      return;
    }
    const { type, payload } = message;
    const goesOn = frame.dispatchEvent(
      new CustomEvent('segl-message', { bubbles: true, cancelable: true, detail: { type, payload } }),
    );
    if (!goesOn) return;
    if (type === 'resize' && payload.height > 0) frame.style.height = `${payload.height}px`;
    if (ends.includes(type) && /^https?:\/\//i.test(payload.url ?? '')) window.location.assign(payload.url);
  });
})();
