import { type NoopsAct, subjectOf } from "./act.ts";
import { actuatorActSchema, type MeshAct, settingsOf } from "./actuator-act.ts";
import type { ActState, Decision } from "./decision.ts";
import { meshSettings } from "./mesh-settings.ts";

/** Acts that can be taken back. All others say beforehand that they cannot. */
const undoable: readonly NoopsAct["kind"][] = [
  ...([
    "scale",
    "bound",
    "share",
    "connections",
    "outlier-detection",
    "retries",
    "target",
    "quota",
    "shift",
  ] as const),
];

export function canBeUndone(act: NoopsAct): boolean {
  return undoable.includes(act.kind);
}

/** The act that brings back what was before; null where none does. */
export function undoOf({ act, before }: Pick<Decision, "act" | "before">): NoopsAct | null {
  if (act === null || before === null) return null;
  switch (act.kind) {
    case "scale":
      return withNumber(before, "replicas", (replicas) => ({ ...act, replicas }));
    case "bound":
      return withNumber(before, "min", (min) => withNumber(before, "max", (max) => ({ ...act, min, max })));
    case "share":
      return withNumber(before, "greenPercent", (greenPercent) => ({ ...act, greenPercent }));
    case "target":
      return typeof before.open === "boolean" ? { ...act, open: before.open } : null;
    case "quota":
      return withNumber(before, "release", (release) => ({ kind: "switch-rules", release }));
    case "shift":
      return "release" in before ? { kind: "roll-back", service: act.service } : null;
    case "connections":
    case "outlier-detection":
    case "retries":
      return meshUndo(act, before);
    default:
      return null;
  }
}

/** What stood before, of all that the act has set; null where that is not known, or beyond what NoOps may set. */
function meshUndo(act: MeshAct, before: ActState): NoopsAct | null {
  const values = settingsOf(act).map((name) => [name, before[name]]);
  const { kind, service } = act;
  return actuatorActSchema.safeParse({ kind, service, ...Object.fromEntries(values) }).data ?? null;
}

/** What acts set, of all that is told of what they changed: how many are ready comes and goes by itself. */
const setParts: readonly string[] = [
  ...["replicas", "min", "max", "greenPercent", "open", "release"],
  ...Object.values(meshSettings).flat(),
];

/**
 * What of what an act left is another now, in words; null: nothing. Bringing back the number of before would take away what somebody
 * has set since.
 * @param left as it was recorded after the act
 */
export function changesSince(left: ActState, now: ActState): string | null {
  const changed = setParts.filter((part) => part in left && left[part] !== now[part]);
  if (changed.length === 0) return null;
  return changed.map((part) => `${part} was ${left[part]} and is ${now[part] ?? "unknown"}`).join(", ");
}

/** A service's connections are one thing and its retries another, though both are done to the service; bounds of an autoscaler are its number. */
const whatIsSet = (act: NoopsAct): string => `${act.kind === "bound" ? "scale" : act.kind} ${subjectOf(act)}`;

/** The last decision that has set since what another one did; null where none has. What was undone again has changed nothing. */
export function changedBy(done: Decision, others: readonly Decision[]): Decision | null {
  const later = others.filter(({ id, begunAtEpochMs }) => {
    return id !== done.id && (begunAtEpochMs ?? 0) > (done.begunAtEpochMs ?? 0);
  });
  const ids = new Set(later.map(({ id }) => id));
  const stands = later.filter(
    ({ state, act, undoes }) =>
      (state === "done" || state === "acting") &&
      (undoes === null || !ids.has(undoes)) &&
      act !== null &&
      done.act !== null &&
      canBeUndone(act) &&
      whatIsSet(act) === whatIsSet(done.act),
  );
  return stands.at(-1) ?? null;
}

function withNumber(
  state: ActState,
  part: string,
  make: (value: number) => NoopsAct | null,
): NoopsAct | null {
  const value = state[part];
  return typeof value === "number" ? make(value) : null;
}
