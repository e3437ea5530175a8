import { printableLine, TaplineError } from "@tapline/core/kernel";
import { type Decision, type RuleMode, ruleModes } from "@tapline/core/noops";
import { type ActingOptions, actOf } from "./acting.ts";
import { knownPeople } from "./known-people.ts";
import { isoOf, settersOf, switchLines, withNoops } from "./noops.ts";

export async function approve(id: string, options: ActingOptions): Promise<void> {
  const act = actOf(options);
  const decision = await withNoops(({ desk }) => desk.approve(id, act));
  tell(
    `decision ${id} ${act.dryRun ? "would be" : "is"} approved: ${previewOf(decision)}, at the next look of who decides`,
  );
}

export async function deny(id: string, options: ActingOptions): Promise<void> {
  const act = actOf(options);
  const decision = await withNoops(({ desk }) => desk.deny(id, act));
  tell(`decision ${id} ${act.dryRun ? "would be" : "is"} refused, and this not done: ${previewOf(decision)}`);
}

export async function undo(id: string, options: ActingOptions): Promise<void> {
  const act = actOf(options);
  const made = await withNoops(({ desk }) => desk.undo(id, act));
  tell(
    act.dryRun
      ? `decision ${id} would be undone: ${previewOf(made)}`
      : `decision ${made.id} undoes ${id} at the next look of who decides: ${previewOf(made)}`,
  );
}

export async function arm(rule: string, options: ActingOptions & { readonly mode: string }): Promise<void> {
  const act = actOf(options);
  const mode = modeNamed(options.mode);
  await withNoops(({ desk }) => desk.setMode(rule, mode, act));
  tell(`rule ${rule} ${act.dryRun ? "would be" : "is"} ${modeTexts[mode]}`);
}

interface PauseOptions extends ActingOptions {
  /** ms. */
  readonly for?: number;
  readonly downOnly?: boolean;
}

export async function pause(options: PauseOptions): Promise<void> {
  const act = actOf(options);
  const pauses = options.downOnly === true ? "down" : "all";
  const untilEpochMs = options.for === undefined ? null : act.atEpochMs + options.for;
  await withNoops(({ desk }) => desk.pause({ pauses, untilEpochMs }, act));
  const what = pauses === "all" ? "nothing acts" : "nothing is made smaller";
  const until = untilEpochMs === null ? "until it is resumed" : `until ${isoOf(untilEpochMs)}`;
  tell(`NoOps ${act.dryRun ? "would be" : "is"} paused: ${what} ${until}`);
}

export async function resume(options: ActingOptions & { readonly fromKill?: boolean }): Promise<void> {
  const act = actOf(options);
  const isFromKill = options.fromKill === true;
  const { switches, names } = await withNoops(async ({ desk, namesOf }) => {
    const { switches } = await desk.standing();
    const names = await knownPeople(namesOf, settersOf(switches));
    await (isFromKill ? desk.revive(act) : desk.resume(act));
    return { switches, names };
  });
  const ended = isFromKill ? { ...switches, pauses: [] } : { ...switches, kill: null };
  const lines = switchLines(ended, names);
  tell(
    [
      `NoOps ${act.dryRun ? "would go" : "goes"} on; what ends:`,
      ...(lines.length === 0 ? ["  nothing"] : lines),
    ].join("\n"),
  );
}

export async function kill(options: ActingOptions): Promise<void> {
  const act = actOf(options);
  await withNoops(({ desk }) => desk.kill(act));
  tell(
    act.dryRun
      ? "NoOps would be stopped: nothing would act, and what is under way would be broken off"
      : "NoOps is stopped: nothing acts, and what was under way is broken off; `tapline noops resume --from-kill` lets it go on",
  );
}

const modeTexts = {
  "dry-run": "let say what it would do, and do nothing",
  approval: "let act where a person approves, each time",
  armed: "armed: it acts by itself",
  "as-written": "in the mode that is written in it",
} as const;

/** @throws TaplineError `invalid-input` naming those that there are */
function modeNamed(name: string): RuleMode | "as-written" {
  const modes = [...ruleModes, "as-written"] as const;
  const found = modes.find((one) => one === name);
  if (found !== undefined) return found;
  throw new TaplineError("invalid-input", `${name} is no mode of rules`, {
    remedy: `say one of ${modes.join(", ")}`,
  });
}

const previewOf = ({ preview }: Decision): string => printableLine(preview ?? "nothing");

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}
