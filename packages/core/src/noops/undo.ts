import type { NoopsAct } from "./act.ts";
import type { ActState, Decision } from "./decision.ts";

/** Acts that can be taken back. All others say beforehand that they cannot. */
const undoable: readonly NoopsAct["kind"][] = ["scale", "bound", "share", "target", "quota"];

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
    default:
      return null;
  }
}

function withNumber(
  state: ActState,
  part: string,
  make: (value: number) => NoopsAct | null,
): NoopsAct | null {
  const value = state[part];
  return typeof value === "number" ? make(value) : null;
}
