// Runs in a page before its own scripts: notes when the frame was done in which the row of an agent came to be seen, and how many
// such rows it held. A callback of requestAnimationFrame runs before layout and paint of its frame, a message sent from it after.
(() => {
  const seen = new Set();
  const painted = [];
  globalThis.painted = painted;

  function agentsShown() {
    const shown = [...document.querySelectorAll('[role="option"]')];
    return shown.flatMap((row) => /Agent (\S+) /.exec(row.textContent)?.[1] ?? []);
  }

  function look() {
    const shown = agentsShown();
    const fresh = shown.filter((agent) => !seen.has(agent));
    if (fresh.length === 0) return;
    for (const agent of fresh) seen.add(agent);
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        const atMs = performance.now();
        for (const agent of new Set(fresh))
          painted.push({ agent, atMs, rows: shown.filter((other) => other === agent).length });
      };
      port2.postMessage(null);
    });
  }

  new MutationObserver(look).observe(document, { childList: true, subtree: true, characterData: true });
})();
