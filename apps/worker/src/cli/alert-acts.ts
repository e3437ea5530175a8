import { type Alert, type AlertAct, applyAct } from "@tapline/core/alerts";
import { hasCode, printableLine, TaplineError } from "@tapline/core/kernel";
import { type ActingOptions, actOf } from "./acting.ts";
import { assigneeText, isoOf, type Opened, withAlerts } from "./alerts.ts";
import type { Names } from "./person.ts";

interface Options extends ActingOptions {
  readonly rev?: number;
}

interface ShelveOptions extends Options {
  /** ms. */
  readonly for: number;
  readonly oneShot?: boolean;
}

/** What was shown before the question: who says yes to it has seen that revision, and none since. */
let shownRev: number | null = null;

export async function acknowledge(id: string, options: Options): Promise<void> {
  await act(id, options, () => ({ kind: "acknowledge", note: options.reason }));
}

export async function shelve(id: string, options: ShelveOptions): Promise<void> {
  const mode = options.oneShot === true ? "one-shot" : "timed";
  await act(id, options, (nowEpochMs) => ({
    ...{ kind: "shelve", mode, untilEpochMs: nowEpochMs + options.for, note: options.reason },
  }));
}

export async function unshelve(id: string, options: Options): Promise<void> {
  await act(id, options, () => ({ kind: "unshelve", note: options.reason }));
}

export async function takeOutOfService(id: string, options: Options): Promise<void> {
  await act(id, options, () => ({ kind: "take-out-of-service", note: options.reason }));
}

export async function returnToService(id: string, options: Options): Promise<void> {
  await act(id, options, () => ({ kind: "return-to-service", note: options.reason }));
}

/** `--reason` is what is said of it. */
export async function comment(id: string, options: Options): Promise<void> {
  await act(id, options, () => ({ kind: "note", note: options.reason }));
}

/** @param options `to`: e-mail address or id of who is to see to it; undefined: nobody in particular */
export async function assign(id: string, options: Options & { readonly to?: string }): Promise<void> {
  const { to, reason } = options;
  await act(id, options, async (_, { actingPerson }) => ({
    ...{ kind: "assign", to: to === undefined ? null : (await actingPerson(to)).id, note: reason },
  }));
}

type Made = (nowEpochMs: number, opened: Opened) => AlertAct | Promise<AlertAct>;

async function act(id: string, options: Options, make: Made): Promise<void> {
  const { dryRun, actor, atEpochMs, traceId } = actOf(options);
  const { before, after, names } = await withAlerts(async (opened) => {
    const { desk, namesOf } = opened;
    const what = await make(atEpochMs, opened);
    const before = await desk.find(id);
    shownRev ??= options.rev ?? before.rev;
    const context = { actor, atEpochMs, traceId, seenRev: shownRev };
    try {
      const after = dryRun ? applyAct(before, what, context).alert : await desk.act(id, what, context);
      return { before, after, names: await namesOf(after.assignee ? [after.assignee] : []) };
    } catch (error) {
      throw await withName(error, namesOf);
    }
  });
  process.stdout.write(`${effectOf(before, after, names, dryRun)}\n`);
}

/** Who was faster is told by name, too: a refusal knows the id alone. */
async function withName(
  error: unknown,
  namesOf: (ids: readonly string[]) => Promise<Names>,
): Promise<unknown> {
  if (!hasCode(error, "conflict") || typeof error.facts.by !== "string") return error;
  const { by } = error.facts;
  const name = (await namesOf([by])).get(by);
  if (name === undefined) return error;
  const remedy = `${by} is ${printableLine(name)}; ${error.remedy}`;
  return new TaplineError("conflict", error.message, { remedy, facts: error.facts, cause: error });
}

function effectOf(before: Alert, after: Alert, names: Names, dryRun: boolean): string {
  const { id, message, shelf, state } = after;
  const until = shelf === null ? "" : ` until ${isoOf(shelf.untilEpochMs)}`;
  const would = dryRun ? "would be" : "is now";
  if (after.assignee !== before.assignee)
    return printableLine(`alert ${id} “${message}” ${would} assigned to ${assigneeText(after, names)}`);
  return printableLine(`alert ${id} “${message}” ${would} ${state}${until}; it was ${before.state}`);
}
