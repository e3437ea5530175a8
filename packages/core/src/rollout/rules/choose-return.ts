import { TaplineError } from "../../kernel/index.ts";
import { type RuleKind, ruleKindNames } from "./rule-kinds.ts";

/** A release of rules, as a way back sees it. */
export type RuleRelease = {
  readonly version: number;
  readonly madeAtEpochMs: number;
  /** `<kind>/<id>`. */
  readonly madeBy: string;
  /** The same where two releases differ in their version alone. */
  readonly content: string;
};

/** Which release is in force, and how it came to be. */
export type RuleStanding = {
  /** null before the first. */
  readonly version: number | null;
  /** What was in force before it; null where nothing was, or nobody knows. */
  readonly before: number | null;
  /** Where it has brought rules of before back: the version whose rules they are. */
  readonly origin: number | null;
};

export type AskedReturn = {
  /** null: to what was in force before. */
  readonly to: number | null;
  /** What was in force when whoever asks looked; null: whatever is. */
  readonly seenVersion: number | null;
};

/**
 * Which release of before a way back leads to.
 * @param releases all, in any order
 * @throws TaplineError `not-found`; `conflict` where something else is in force than was looked at, where there is nothing to go back
 * to, where those rules are in force already, and, without `to`, where what is in force has come back itself: who rolls back a moment
 * after somebody else wants the same
 */
export function chooseReturn<Release extends RuleRelease>(
  kind: RuleKind,
  releases: readonly Release[],
  { version, before, origin }: RuleStanding,
  { to, seenVersion }: AskedReturn,
): Release {
  const rules = ruleKindNames[kind];
  const active = releases.find((one) => one.version === version);
  if (active === undefined)
    throw new TaplineError("conflict", `no ${rules} are in force yet: there is nothing to go back to`);
  if (seenVersion !== null) assertSeen(kind, active, seenVersion);
  const target = to ?? before;
  if (target === null)
    throw new TaplineError(
      "conflict",
      `no ${rules} are known to have been in force before version ${active.version}: there is nothing to go back to`,
      { remedy: "say by --to which to go to, if there is another" },
    );
  if (to === null && origin !== null)
    throw new TaplineError(
      "conflict",
      `version ${active.version} of the ${rules}, by ${active.madeBy}, has brought back those of version ${origin} already`,
      { remedy: `say by --to which to go to: ${target} is the one before it` },
    );
  return named(rules, target, releases, active);
}

function named<Release extends RuleRelease>(
  rules: string,
  version: number,
  releases: readonly Release[],
  active: Release,
): Release {
  const found = releases.find((one) => one.version === version);
  if (found === undefined)
    throw new TaplineError("not-found", `there is no version ${version} of the ${rules}`, {
      remedy: "`tapline release rules` shows which there are",
    });
  if (found.content !== active.content) return found;
  const which =
    found.version === active.version ? "is" : `holds the same as version ${active.version}, which is`;
  throw new TaplineError("conflict", `version ${version} of the ${rules} ${which} in force already`);
}

/**
 * Holds whoever changes rules to what they were shown.
 * @param inForce null: none yet
 * @param seen the version that was in force when they looked, 0 = none; undefined: whatever is
 * @throws TaplineError `conflict` where it is another one by now
 */
export function assertSeen(
  kind: RuleKind,
  inForce: Omit<RuleRelease, "content"> | null,
  seen: number | undefined,
): void {
  const version = inForce?.version ?? 0;
  if (seen === undefined || seen === version) return;
  const rules = ruleKindNames[kind];
  const now = version === 0 ? `no ${rules} are in force` : `version ${version} of the ${rules} is in force`;
  const message = `${now} by now, and no longer ${seen === 0 ? "none" : `version ${seen}`}`;
  throw new TaplineError("conflict", message, {
    remedy: "look at what it would do now, and decide anew",
    facts: inForce === null ? {} : { version, by: inForce.madeBy, atEpochMs: inForce.madeAtEpochMs },
  });
}
