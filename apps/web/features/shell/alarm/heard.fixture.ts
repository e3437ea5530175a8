import type { Page } from "playwright-core";

/** Measures what a page lets be heard: beside the loudspeaker everything goes to an analyser, too. For `addInitScript`. */
export function listenIn(): void {
  const heard = { times: 0 };
  Object.assign(window, { heard });
  const connect = AudioNode.prototype.connect as (to: AudioNode) => AudioNode;
  const analysers = new Map<BaseAudioContext, AnalyserNode>();
  const analyserOf = (context: BaseAudioContext) => {
    const analyser = analysers.get(context) ?? context.createAnalyser();
    analysers.set(context, analyser);
    return analyser;
  };
  Object.assign(AudioNode.prototype, {
    connect(this: AudioNode, to: AudioNode) {
      if (to instanceof AudioDestinationNode) connect.call(this, analyserOf(to.context));
      return connect.call(this, to);
    },
  });
  let quietSinceMs = 0;
  const samples = new Float32Array(2_048);
  setInterval(() => {
    for (const analyser of analysers.values()) {
      analyser.getFloatTimeDomainData(samples);
      if (Math.max(...samples) < 0.05) continue;
      // Two tones are one sound.
      if (performance.now() - quietSinceMs > 1_000) heard.times += 1;
      quietSinceMs = performance.now();
    }
  }, 30);
}

/** How often something was heard of the page, by what `listenIn` measured. */
export const timesHeard = (page: Page) =>
  page.evaluate(() => (window as unknown as { heard: { times: number } }).heard.times);

/**
 * In place of a window in front of this one, which this Chromium does not have; and tells which of the page's own notifications were shown.
 * For `addInitScript`.
 */
export function standBehind(): void {
  const shown: string[] = [];
  const Own = window.Notification;
  Object.assign(window, {
    shown,
    Notification: class extends Own {
      constructor(title: string, options?: NotificationOptions) {
        super(title, options);
        this.addEventListener("show", () => shown.push(this.body));
      }
    },
  });
  Object.defineProperty(document, "hidden", { get: () => true });
}

export const notificationsOf = (page: Page) =>
  page.evaluate(() => (window as unknown as { shown: string[] }).shown);
