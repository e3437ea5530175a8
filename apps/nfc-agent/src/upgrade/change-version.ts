import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { awaitAgent, type Before, type ProbeAgent } from "./await-agent.ts";
import { type Place, pointTo, versionAt } from "./place.ts";
import { freshState, writeUpgradeState } from "./upgrade-state.ts";

/** A change of versions; `before` is how the agent was as `from`. */
export type Change = { from: string; to: string; before: Before };

export type ChangePorts = {
  /** Restarts the agent's service with what `current` names. */
  restart: () => Promise<void>;
  probe: ProbeAgent;
  /** Told each step after it was done. */
  say: (line: string) => void;
  now: () => number;
  /** How long a version has to come up, ms. */
  readyWithinMs: number;
  /** How long it must then stay up, ms. */
  steadyMs: number;
};

/**
 * Switches from a version to another that is there, and back where it does not come up. Each step is on disk before the
 * next: cut off anywhere, `current` names a whole version, and the next run goes on. May be called again from the start.
 * @returns whether `to` runs now
 */
export async function changeVersion(place: Place, change: Change, ports: ChangePorts): Promise<boolean> {
  const { from, to, before } = change;
  await writeUpgradeState(place.state, { underway: { ...change, back: null }, trouble: null });
  ports.say(`changing from version ${from} to ${to}`);
  await pointTo(place, place.current, to);
  ports.say(`the service is to run version ${to}`);
  const why = await restarted(to, before, ports);
  if (why !== null) {
    await rollBack(place, change, why, ports);
    return false;
  }
  ports.say(`version ${to} is up`);
  await pointTo(place, place.knownGood, to);
  ports.say(`version ${to} is known to be good`);
  await writeUpgradeState(place.state, freshState);
  await removeOld(place, from);
  ports.say(`version ${to} runs in place of ${from}`);
  return true;
}

/**
 * Back to `from`. Where that comes up, `to` is remembered as one that does not; where it does not either, something else
 * is wrong here, and `to` is tried again. May be called again from the start.
 */
export async function rollBack(place: Place, change: Change, why: string, ports: ChangePorts): Promise<void> {
  const { from, to, before } = change;
  await writeUpgradeState(place.state, { underway: { ...change, back: why }, trouble: null });
  ports.say(`version ${to} did not come up: ${why}`);
  await pointTo(place, place.current, from);
  ports.say(`the service is to run version ${from} again`);
  const still = await restarted(from, before, ports);
  // A package that is made anew under the same version is then fetched anew.
  await pointTo(place, place.knownGood, from);
  await rm(join(place.versions, to), { recursive: true, force: true });
  const end = still === null ? "runs again" : `is put back and is not well either: ${still}`;
  const text = `version ${to} did not come up (${why}), ${from} ${end}`;
  const again = still === null ? "then: tapline-agent upgrade --retry" : "it is tried again by itself";
  const remedy = `see journalctl -u tapline-agent -u tapline-agent-upgrade; ${again}`;
  await writeUpgradeState(place.state, {
    underway: null,
    trouble: { version: to, text, remedy, atEpochMs: ports.now(), final: still === null },
  });
  ports.say(text);
}

/** @returns why the agent is not up as `version`; null where it is */
async function restarted(version: string, before: Before, ports: ChangePorts): Promise<string | null> {
  try {
    await ports.restart();
  } catch (error) {
    return `the service does not restart: ${error instanceof Error ? error.message : String(error)}`;
  }
  ports.say("the service was restarted");
  return await awaitAgent(version, before, ports);
}

/** The last two versions stay: the one that runs and the one before. */
async function removeOld(place: Place, previous: string): Promise<void> {
  const kept = [await versionAt(place.current), await versionAt(place.knownGood), previous];
  for (const name of await readdir(place.versions))
    if (!kept.includes(name)) await rm(join(place.versions, name), { recursive: true, force: true });
}
