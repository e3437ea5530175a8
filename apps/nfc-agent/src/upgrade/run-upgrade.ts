import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { lockFolder } from "../outbox/index.ts";
import { type Change, type ChangePorts, changeVersion, rollBack } from "./change-version.ts";
import { type Decision, decideUpgrade } from "./decide.ts";
import { fetchVerified, obtainVersion } from "./obtain-version.ts";
import { type Place, versionAt } from "./place.ts";
import { readUpgradeSettings, type UpgradeSettings } from "./upgrade-settings.ts";
import { readUpgradeState, writeUpgradeState } from "./upgrade-state.ts";

export type UpgradeOptions = ChangePorts & {
  place: Place;
  /** Throws where nobody could see whether another version comes up. */
  assertWatchable: () => Promise<void>;
  /** The version that the fleet wants here; null = whatever runs. */
  wanted: string | null;
  retry: boolean;
  /** Fetch and check, change nothing. */
  dryRun: boolean;
};

/**
 * `changed`: another version runs now. `nothing`: there was nothing to do, or nothing may be done. `rolled-back`: the
 * wanted version did not come up, now or before.
 */
export type UpgradeResult = "nothing" | "changed" | "rolled-back";

/**
 * Brings the version here that the fleet wants, if it is released. One run at a time.
 * @throws TaplineError why not, after it was noted for `tapline-agent status`
 */
export async function runUpgrade(options: UpgradeOptions): Promise<UpgradeResult> {
  const { place } = options;
  await versionAt(place.current);
  if (options.dryRun) return await upgrade(options);
  const lock = await lockFolder(place.prefix).catch((error: unknown) => {
    if (!hasCode(error, "conflict")) throw error;
    throw new TaplineError("conflict", "another upgrade is under way here", {
      remedy: "wait for its end: journalctl -fu tapline-agent-upgrade",
      cause: error,
    });
  });
  try {
    return await upgrade(options);
  } finally {
    await lock.release();
  }
}

async function upgrade(options: UpgradeOptions): Promise<UpgradeResult> {
  const { place, wanted, retry, dryRun, say } = options;
  const settings = await readUpgradeSettings(place.settings);
  const current = await versionAt(place.current);
  const state = readUpgradeState(place.state);
  const decision = decideUpgrade({ wanted, current, state, hasSettings: settings !== null, retry });
  if (dryRun) return await tryOut(decision, settings, say);
  switch (decision.act) {
    case "nothing":
      if (state.trouble !== null) await writeUpgradeState(place.state, { ...state, trouble: null });
      say(`version ${current} runs, and the fleet wants ${wanted ?? "no other"}: nothing to do`);
      return "nothing";
    case "by-hand":
      say(`version ${decision.to} is wanted, ${current} runs; no source is set: upgrade by hand`);
      return "nothing";
    case "given-up":
      say(`${decision.why}; not tried again without --retry`);
      return "rolled-back";
    case "finish":
      say("an earlier run was cut off: going on");
      return (await changeVersion(place, changeOf(decision), options)) ? "changed" : "rolled-back";
    case "roll-back":
      say("an earlier run was cut off on its way back: going on");
      await rollBack(place, changeOf(decision), decision.why, options);
      return "rolled-back";
    case "change":
      if (settings !== null) await obtain(options, settings, decision.to);
      return (await changeVersion(place, changeOf({ ...decision, before: await options.probe() }), options))
        ? "changed"
        : "rolled-back";
  }
}

const changeOf = ({ from, to, before }: Change): Change => ({ from, to, before });

/** Notes why a version cannot be had, until it can. */
async function obtain(
  { place, say, now, assertWatchable }: UpgradeOptions,
  settings: UpgradeSettings,
  version: string,
): Promise<void> {
  try {
    await assertWatchable();
    await obtainVersion(place, settings, version, say);
  } catch (error) {
    if (!(error instanceof TaplineError)) throw error;
    const remedy = error.remedy ?? "see journalctl -u tapline-agent-upgrade";
    const trouble = { version, text: messageOf(error), remedy, atEpochMs: now(), final: false };
    await writeUpgradeState(place.state, { underway: null, trouble });
    throw error;
  }
}

async function tryOut(
  decision: Decision,
  settings: UpgradeSettings | null,
  say: (line: string) => void,
): Promise<UpgradeResult> {
  if (decision.act === "change" && settings !== null) {
    const { length } = await fetchVerified(settings, decision.to);
    say(`version ${decision.to} is released, genuine and whole (${length} bytes)`);
    say(`would change from version ${decision.from} to ${decision.to} and restart the service`);
  } else if (decision.act === "nothing") say("would do nothing: the version that is wanted runs");
  else if (decision.act === "by-hand") say(`would do nothing: no source is set for version ${decision.to}`);
  else if (decision.act === "given-up") say(`would do nothing without --retry: ${decision.why}`);
  else say(`would go on with an earlier run: ${decision.act} from ${decision.from} to ${decision.to}`);
  return "nothing";
}
