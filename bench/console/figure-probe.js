// Run in a page before all else: keeps each figure that the tile of the backlog came to show, and when its frame was done, performance.now().
(() => {
  const painted = [];
  globalThis.paintedFigures = painted;
  let last = "";

  function look() {
    const shown = document.querySelector('[data-testid="backlog"] .figure')?.textContent ?? "";
    if (shown === last) return;
    last = shown;
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () =>
        painted.push({ figure: Number(shown.replace(/\D/g, "")), atMs: performance.now() });
      port2.postMessage(null);
    });
  }

  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
})();
