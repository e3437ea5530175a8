// Run in a page before all else: keeps its largest contentful paint, its layout shifts and its slow interactions, as the browser tells them.
(() => {
  const vitals = { lcpMs: 0, shifts: [], interactions: {} };
  globalThis.vitals = vitals;
  const observe = (type, take, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({
      ...{ type, buffered: true },
      ...more,
    });
  observe("largest-contentful-paint", ({ startTime }) => {
    vitals.lcpMs = startTime;
  });
  observe("layout-shift", ({ value, hadRecentInput, startTime }) => {
    if (!hadRecentInput) vitals.shifts.push({ atMs: startTime, value });
  });
  const longest = ({ interactionId, duration }) => {
    if (interactionId > 0)
      vitals.interactions[interactionId] = Math.max(vitals.interactions[interactionId] ?? 0, duration);
  };
  observe("event", longest, { durationThreshold: 16 });
  observe("first-input", longest);
})();
