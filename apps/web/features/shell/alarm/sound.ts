/** Two tones, as far apart as alarms of machines have them: heard beside talk, and no fire alarm. Hz, and seconds. */
const tones = [
  { hertz: 880, atS: 0 },
  { hertz: 660, atS: 0.22 },
] as const;
const toneS = 0.18;
const loudness = 0.25;

let context: AudioContext | undefined;
const listeners = new Set<() => void>();

function audio(): AudioContext {
  if (context === undefined) {
    context = new AudioContext();
    context.addEventListener("statechange", () => {
      for (const listener of listeners) listener();
    });
  }
  return context;
}

/** Browsers let a page be heard once somebody has pressed something in it: to be called then. Where it is not allowed yet this changes nothing. */
export function allowSound(): void {
  void audio()
    .resume()
    .catch(() => undefined);
}

export function isHeard(): boolean {
  return audio().state === "running";
}

export function onHeard(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Heard once; not at all where that is not allowed yet. */
export function sound(): void {
  const at = audio();
  if (at.state !== "running") return;
  for (const { hertz, atS } of tones) {
    const tone = at.createOscillator();
    const volume = at.createGain();
    const startS = at.currentTime + atS;
    tone.frequency.value = hertz;
    // Without a ramp it would click.
    volume.gain.setValueAtTime(0, startS);
    volume.gain.linearRampToValueAtTime(loudness, startS + 0.02);
    volume.gain.linearRampToValueAtTime(0, startS + toneS);
    tone.connect(volume).connect(at.destination);
    tone.start(startS);
    tone.stop(startS + toneS);
  }
}
