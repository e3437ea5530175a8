import type { HoldListing, NewHold } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { agentIdSchema } from "@tapline/core/tap";
import { segmentIdSchema } from "@tapline/core/transfer";
import { openHolds } from "../wire/commands/care.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { count } from "./count.ts";
import { findStores } from "./find-stores.ts";
import { knownPeople } from "./known-people.ts";
import { type Names, personText } from "./person.ts";

interface PlaceHoldOptions extends ActingOptions {
  readonly from?: string;
  readonly to?: string;
  readonly agent?: string;
  readonly tracker?: string;
  readonly segment?: string;
  readonly unseen?: boolean;
}

export async function place(options: PlaceHoldOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const hold = holdOf(options);
  const { holds, close } = openHolds((await findStores()).databaseUrl);
  try {
    const { segments, taps } = await holds.guards(hold);
    if (segments === 0 && options.unseen !== true)
      throw new TaplineError("not-found", `nothing is archived of what this would hold: ${guarded(hold)}`, {
        remedy: "Look for a typing error. To hold what is yet to come, say so by --unseen.",
      });
    const extent = `${guarded(hold)}: ${count(segments, "segment")} with ${count(taps, "tap")} so far`;
    process.stdout.write(
      dryRun ? `would hold ${extent}\n` : `hold ${await holds.place(hold, act)} placed: ${extent}\n`,
    );
  } finally {
    await close();
  }
}

export async function release(id: number, options: ActingOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const { holds, namesOf, close } = openHolds((await findStores()).databaseUrl);
  try {
    if (dryRun) {
      const known = (await holds.list(false)).filter((hold) => hold.id === id);
      const names = await knownPeople(namesOf, peopleOf(known));
      const told = known.map((hold) => `would release ${line(hold, names)}\n`);
      process.stdout.write(told[0] ?? `no hold ${id} holds\n`);
    } else {
      await holds.release(id, act);
      process.stdout.write(`hold ${id} released\n`);
    }
  } finally {
    await close();
  }
}

export async function list({
  all,
  json,
}: {
  readonly all?: boolean;
  readonly json?: boolean;
}): Promise<void> {
  const { holds, namesOf, close } = openHolds((await findStores()).databaseUrl);
  try {
    const found = await holds.list(all === true);
    const names = await knownPeople(namesOf, peopleOf(found));
    if (json === true) process.stdout.write(`${JSON.stringify(found)}\n`);
    else
      process.stdout.write(
        found.length === 0 ? "no hold\n" : `${found.map((hold) => line(hold, names)).join("\n")}\n`,
      );
  } finally {
    await close();
  }
}

/** The ids of who placed holds, or released them. */
const peopleOf = (holds: readonly HoldListing[]): string[] =>
  holds.flatMap(({ placedBy, releasedBy }) => (releasedBy === null ? [placedBy] : [placedBy, releasedBy]));

function holdOf({ from, to, agent, tracker, segment, reason }: PlaceHoldOptions): NewHold {
  const named = Object.entries({ agent, tracker, segment }).filter(([, id]) => id !== undefined);
  if (named.length > 1)
    throw new TaplineError("invalid-input", "name one of --agent, --tracker and --segment, not more");
  const [kind = "days", subject = ""] = named[0] ?? [];
  if (kind === "days" && from === undefined && to === undefined)
    throw new TaplineError("invalid-input", "nothing is named that is to be held", {
      remedy: "Name days by --from and --to, or one of --agent, --tracker and --segment.",
    });
  if (segment !== undefined && !segmentIdSchema.safeParse(segment).success)
    throw malformed("--segment", segment, "a segment's id");
  if (agent !== undefined && !agentIdSchema.safeParse(agent).success)
    throw malformed("--agent", agent, "an agent's id: 1-63 lower-case letters, digits or hyphens");
  if (tracker !== undefined && !/^[0-9a-f]{16}$/.test(tracker))
    throw malformed("--tracker", tracker, "a tracker's id: 16 hexadecimal digits in lower case");
  const [firstDay, lastDay] = [from ?? null, to ?? null];
  if (firstDay !== null && lastDay !== null && firstDay > lastDay)
    throw new TaplineError("invalid-input", `--from ${firstDay} lies after --to ${lastDay}`);
  return { kind: kind as NewHold["kind"], subject, firstDay, lastDay, reason };
}

function malformed(option: string, id: string, form: string): TaplineError {
  return new TaplineError("invalid-input", `${option} "${id}" is not ${form}`);
}

function guarded({ kind, subject, firstDay, lastDay }: NewHold): string {
  const what =
    kind === "days"
      ? "all segments"
      : kind === "segment"
        ? `segment ${subject}`
        : `segments of ${kind} ${subject}`;
  if (firstDay === null && lastDay === null) return what;
  return `${what}, cut ${firstDay === null ? "" : `from ${firstDay} `}${lastDay === null ? "on" : `to ${lastDay}`}`;
}

function line(hold: HoldListing, names: Names): string {
  const placed = `placed by ${personText(hold.placedBy, names)} on ${new Date(hold.placedAtEpochMs).toISOString()}: ${hold.reason}`;
  const released =
    hold.releasedAtEpochMs === null || hold.releasedBy === null
      ? ""
      : `; released by ${personText(hold.releasedBy, names)} on ${new Date(hold.releasedAtEpochMs).toISOString()}: ${hold.releaseReason}`;
  return `${hold.id}  ${guarded(hold)}  ${placed}${released}`;
}
