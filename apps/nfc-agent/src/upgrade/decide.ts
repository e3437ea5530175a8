import type { Change } from "./change-version.ts";
import type { UpgradeState } from "./upgrade-state.ts";

export type Decision =
  | { act: "nothing" }
  /** No source of packages is set. */
  | { act: "by-hand"; to: string }
  /** It did not come up here before. */
  | { act: "given-up"; to: string; why: string }
  | { act: "change"; from: string; to: string }
  /** An earlier run was cut off. */
  | ({ act: "finish" } & Change)
  | ({ act: "roll-back"; why: string } & Change);

/**
 * What is to be done. A change that was cut off comes first: the service may run something untried. The server's word
 * decides over up and down alike; what may be installed is the release key's to say.
 */
export function decideUpgrade(given: {
  wanted: string | null;
  current: string;
  state: UpgradeState;
  hasSettings: boolean;
  /** Try again what did not come up. */
  retry: boolean;
}): Decision {
  const { wanted, current, state, hasSettings, retry } = given;
  if (state.underway !== null) {
    const { back, ...change } = state.underway;
    return back === null ? { act: "finish", ...change } : { act: "roll-back", ...change, why: back };
  }
  if (wanted === null || wanted === current) return { act: "nothing" };
  if (!hasSettings) return { act: "by-hand", to: wanted };
  const { trouble } = state;
  if (trouble?.final === true && trouble.version === wanted && !retry)
    return { act: "given-up", to: wanted, why: trouble.text };
  return { act: "change", from: current, to: wanted };
}
