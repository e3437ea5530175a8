import { existsSync } from "node:fs";
import { ownPrefix, placeAt } from "./place.ts";
import { readUpgradeState } from "./upgrade-state.ts";

/** Why another version is wanted than runs here, and what is done about it. */
export function versionTrouble(
  wanted: string,
  running: string,
  prefix: string | null = ownPrefix(),
): { text: string; remedy: string } {
  const text = `the server wants version ${wanted}, this is ${running}`;
  const place = prefix === null ? null : placeAt(prefix);
  if (place === null || !existsSync(place.settings))
    return { text, remedy: "upgrade by hand: install that version of the agent" };
  const { trouble } = readUpgradeState(place.state);
  if (trouble?.version === wanted) return { text: `${text}: ${trouble.text}`, remedy: trouble.remedy };
  return { text, remedy: "it is taken within some minutes; to take it now: sudo tapline-agent upgrade" };
}
