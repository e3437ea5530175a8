import { ArchiveHolds, type PrismaClient } from "@tapline/adapters/prisma";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { type ArchiveRule, enoughToLevel, quarantineFolder } from "@tapline/core/transfer";
import { type NoteHeldParts, noteHeld } from "../jobs/note-held.ts";
import { type Reconciled, type ReconcileParts, reconcileArchive } from "../jobs/reconcile-archive.ts";

const reconcileDays = 30;
const dayMs = 24 * 3_600_000;

type Archives = {
  readonly targets: readonly { readonly name: string; readonly archive: ReconcileParts["archive"] }[];
  readonly rule: ArchiveRule;
};

type Span = "recent" | "all";

export type ReconcilerHooks = Pick<ReconcileParts, "onFault" | "onSettled"> & {
  /** Told of an archive that did not answer where the others were enough: the schedule compares it later. */
  readonly onAway: (target: string, error: unknown) => void;
};

/** Brings the index level with the archives, one after the other: the recent days, or all of them. */
export function reconciler(
  parts: Pick<ReconcileParts, "clock" | "index"> &
    Pick<NoteHeldParts, "copies"> & { readonly prisma: PrismaClient },
  { targets, rule }: Archives,
  trust: string,
  hooks: ReconcilerHooks,
) {
  const { index, clock, copies, prisma } = parts;
  const holds = new ArchiveHolds(prisma, clock);
  /** Has each archive do something. @throws TaplineError `unavailable` where too few of them answer */
  const atEach = async (span: Span, act: (target: Archives["targets"][number]) => Promise<void>) => {
    const away: (readonly [string, TaplineError])[] = [];
    for (const target of targets)
      try {
        await act(target);
      } catch (error) {
        if (!hasCode(error, "unavailable")) throw error;
        away.push([target.name, error]);
      }
    const [silent, answering] = [away.length, targets.length - away.length];
    if (silent > 0 && !enoughToLevel(rule, span, { silent, answering })) throw tooFew(away, targets.length);
    for (const [name, error] of away) hooks.onAway(name, error);
  };
  return {
    /** @throws TaplineError `unavailable`, naming the archives, where too few answer for `level` */
    check: (span: Span) => atEach(span, async ({ archive }) => void (await archive.stat(quarantineFolder))),
    level: async (span: Span): Promise<Reconciled> => {
      const since = span === "all" ? "" : dayFolderOf(clock() - reconcileDays * dayMs);
      const sum = { known: 0, adopted: 0, quarantined: 0, faults: 0 };
      await atEach(span, async ({ name, archive }) => {
        const found = await reconcileArchive(since, {
          ...{ archive, index, clock, holds, trust: { rootPems: [trust], crlPems: [trust] } },
          ...{ copies: () => [name], ...hooks },
          onKnown: (segments) => noteHeld({ name, archive }, segments, { copies, clock }),
        });
        for (const key of Object.keys(sum) as (keyof Reconciled)[]) sum[key] += found[key];
      });
      return sum;
    },
  };
}

function tooFew(away: readonly (readonly [string, TaplineError])[], of: number): TaplineError {
  const [first] = away;
  if (of === 1 && first !== undefined) return first[1];
  const said = away.map(([name, error]) => `${name}: ${messageOf(error)}`).join("; ");
  return new TaplineError("unavailable", `${away.length} of ${of} archives do not answer: ${said}`, {
    remedy: "Bring them back. What lies at those alone cannot be told before.",
    facts: { archives: away.map(([name]) => name).join(",") },
  });
}

function dayFolderOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10).replaceAll("-", "/");
}
