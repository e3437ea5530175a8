/** How people name a tap: by its tracker's numbering, by its agent's, or by the segment that it lies in. */
export type TapName =
  | {
      by: "tracker";
      tracker: string /** null = the newest that has the number. */;
      epoch: number | null;
      seq: number;
    }
  | { by: "agent"; agent: string; epoch: number; seq: number }
  | { by: "segment"; segment: string };

/** Longer is no name. */
export const maxNameLength = 300;

const segment =
  /^(?:.*segment[-/])?([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12})(?:\..*)?$/;
const ofAgent = /^([a-z0-9-]{1,63})\/(\d{1,16})\/(\d{1,16})$/;
const ofTracker = /^(\S{1,256})(?:\s+(\d{1,16}))?\s+(\d{1,16})$/;

/**
 * The tap that a text names: `<tracker> <number>`, `<tracker> <epoch> <number>`, `<agent>/<epoch>/<number>`, or a segment by its id or the
 * name of one of its files; `null` for any other text.
 */
export function readTapName(text: string): TapName | null {
  const given = text.trim();
  if (given.length > maxNameLength) return null;
  const [, id] = segment.exec(given) ?? [];
  if (id !== undefined) return { by: "segment", segment: id };
  const [, agent, agentEpoch, agentSeq] = ofAgent.exec(given) ?? [];
  if (agent !== undefined)
    return safe({ by: "agent", agent, epoch: Number(agentEpoch), seq: Number(agentSeq) });
  const [, tracker, epoch, seq] = ofTracker.exec(given) ?? [];
  if (tracker === undefined) return null;
  return safe({
    by: "tracker",
    tracker,
    epoch: epoch === undefined ? null : Number(epoch),
    seq: Number(seq),
  });
}

/** The text that `readTapName` reads as this tap. */
export function writeTapName(name: TapName): string {
  if (name.by === "segment") return name.segment;
  if (name.by === "agent") return `${name.agent}/${name.epoch}/${name.seq}`;
  return [name.tracker, ...(name.epoch === null ? [] : [name.epoch]), name.seq].join(" ");
}

/** Numbers above 2^53 − 1 name nothing. */
function safe(name: Exclude<TapName, { by: "segment" }>): TapName | null {
  return Number.isSafeInteger(name.seq) && Number.isSafeInteger(name.epoch ?? 0) ? name : null;
}

/** Of whom the list shows taps: what a word is the name of is found out where it does not say so. */
export type TapsOf = { kind: "agent" | "site" | "tracker" | "any"; name: string };

/** `null` = of all. */
export function readTapsOf(text: string): TapsOf | null {
  const given = text.trim();
  if (given === "") return null;
  const [, kind, name] = /^(agent|site|tracker):\s*(\S+)$/.exec(given) ?? [];
  return name === undefined ? { kind: "any", name: given } : { kind: kind as TapsOf["kind"], name };
}
