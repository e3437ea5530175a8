// Run in a page: scrolls what has the focus down by so many pixels a frame until a text is shown. Resolves with the frames' times.
globalThis.scrollThrough = (pixels, until, mostMs) =>
  new Promise((resolve, reject) => {
    const scroller = document.activeElement;
    const begunMs = performance.now();
    const atMs = [];
    let moved = 0;
    let last = -1;
    function onFrame(nowMs) {
      atMs.push(nowMs);
      if (scroller.scrollTop !== last) moved += 1;
      last = scroller.scrollTop;
      if (scroller.textContent.includes(until)) return resolve({ atMs, moved });
      if (nowMs - begunMs > mostMs) return reject(new Error("the end of the list was not reached"));
      scroller.scrollTop += pixels;
      requestAnimationFrame(onFrame);
    }
    requestAnimationFrame(onFrame);
  });
