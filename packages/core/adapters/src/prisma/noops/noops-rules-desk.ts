import { TaplineError } from "@tapline/core/kernel";
import {
  type NoopsRule,
  type NoopsRules,
  noopsRuleSetIdOf,
  noopsRulesSchema,
  readNoopsRules,
} from "@tapline/core/noops";
import { type Act, recordAct, type Transaction } from "../acts.ts";
import type { NoopsRuleSet, PrismaClient } from "../generated/client.ts";
import { lockedStep } from "../locked-step.ts";

/** A release of the NoOps rules. Its version is the document's own. */
export type NoopsRulesListing = {
  readonly version: number;
  /** `noopsRuleSetIdOf(rules).sha256`: decisions name the release that they were made by so. */
  readonly sha256: string;
  readonly madeAtEpochMs: number;
  readonly madeBy: string;
  readonly reason: string | null;
};

export type ReleasedNoopsRules = NoopsRulesListing & { readonly rules: NoopsRules };

/** A release that brings the rules of one of before again. */
export type NoopsRulesReturn = {
  /** What was in force. */
  readonly before: ReleasedNoopsRules;
  /** The version whose rules these are. */
  readonly to: number;
  readonly after: ReleasedNoopsRules;
};

/** Releases of the NoOps rules; the newest one is in force. Each is one transaction with its audit entry. */
export class NoopsRulesDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** All releases, oldest first. */
  async list(): Promise<NoopsRulesListing[]> {
    const rows = await this.#prisma.noopsRuleSet.findMany({ orderBy: { version: "asc" } });
    return rows.map(listingOf);
  }

  /** The rules in force; null before the first release. */
  async active(): Promise<ReleasedNoopsRules | null> {
    const row = await this.#prisma.noopsRuleSet.findFirst({ orderBy: { version: "desc" } });
    return row === null ? null : releasedOf(row);
  }

  /** A rule of a release; null where there is none. */
  async ruleOf(version: number, id: string): Promise<NoopsRule | null> {
    const row = await this.#prisma.noopsRuleSet.findUnique({ where: { version } });
    return row === null
      ? null
      : (noopsRulesSchema.parse(row.rules).rules.find((rule) => rule.id === id) ?? null);
  }

  /** The rules in force; where nothing was ever released these become the first release. */
  async activeOrFirst(first: NoopsRules): Promise<ReleasedNoopsRules> {
    const present = await this.active();
    if (present !== null) return present;
    const act = { actor: { kind: "job", id: "noops" }, reason: "the first start" } as const;
    await this.#step(async (tx, at) => {
      if ((await tx.noopsRuleSet.count()) === 0) await release(tx, first, act, at, null);
    });
    const active = await this.active();
    if (active !== null) return active;
    throw new TaplineError("corrupt", "the release of NoOps rules that was just made is gone");
  }

  /**
   * Puts rules in force.
   * @throws TaplineError `conflict` where their version is not above the one in force
   */
  async release(rules: NoopsRules, act: Act): Promise<NoopsRulesListing> {
    return await this.#step(async (tx, at) => {
      const last = await tx.noopsRuleSet.findFirst({ orderBy: { version: "desc" } });
      assertNoopsRulesAbove(rules, last === null ? null : listingOf(last));
      return listingOf(await release(tx, rules, act, at, last?.version ?? null));
    });
  }

  /**
   * Puts the rules of a release of before in force again, by a release of their own: what was given out never changes.
   * @param to its version; null: the one before the one in force
   * @throws TaplineError `not-found`; `conflict` where there is none before, those rules are in force already, or may be no more,
   * and, without `to`, where what is in force has come back itself: who rolls back a moment after somebody else wants the same
   */
  async rollBack(
    to: number | null,
    { dryRun, ...act }: Act & { readonly dryRun?: boolean },
  ): Promise<NoopsRulesReturn> {
    const change = async (tx: Transaction, at: Date): Promise<NoopsRulesReturn> => {
      const [active, ...earlier] = await tx.noopsRuleSet.findMany({ orderBy: { version: "desc" } });
      if (active === undefined || earlier[0] === undefined) throw nothingBefore(active);
      const target = to === null ? oneBefore(active, earlier) : named(to, active, earlier);
      const rules = soundAgain(target, active.version + 1);
      const row = await release(tx, rules, act, at, active.version, { rulesOf: target.version });
      return { before: releasedOf(active), to: target.version, after: releasedOf(row) };
    };
    return await this.#step(change, dryRun);
  }

  /** One release comes after the other, also where two processes start first. */
  async #step<Result>(
    change: (tx: Transaction, at: Date) => Promise<Result>,
    dryRun = false,
  ): Promise<Result> {
    return await lockedStep(this.#prisma, { lock: "noops_rule_set", dryRun }, (tx) =>
      change(tx, new Date(this.#clock())),
    );
  }
}

/** @throws TaplineError `conflict` where `rules` cannot follow `active` */
export function assertNoopsRulesAbove(rules: NoopsRules, active: NoopsRulesListing | null): void {
  if (active === null || rules.version > active.version) return;
  const facts = { version: active.version, by: active.madeBy, atEpochMs: active.madeAtEpochMs };
  if (active.sha256 === noopsRuleSetIdOf(rules).sha256)
    throw new TaplineError("conflict", `version ${active.version} of the NoOps rules is in force already`, {
      facts,
    });
  throw new TaplineError(
    "conflict",
    `version ${active.version} of the NoOps rules is in force, and these are version ${rules.version}`,
    { remedy: `give them version ${active.version + 1}`, facts },
  );
}

async function release(
  tx: Transaction,
  rules: NoopsRules,
  act: Act,
  madeAt: Date,
  before: number | null,
  more: Readonly<Record<string, number>> = {},
) {
  const { version, sha256 } = noopsRuleSetIdOf(rules);
  const made = { madeAt, madeBy: `${act.actor.kind}/${act.actor.id}`, reason: act.reason };
  const row = await tx.noopsRuleSet.create({
    data: { version, digest: new Uint8Array(Buffer.from(sha256, "hex")), rules, ...made },
  });
  const facts = { sha256, rules: rules.rules.length, ...more };
  const what = {
    ...{ action: "noops-rules.released" as const, subject: `noops-rules/${version}`, facts },
    ...{ before: { version: before }, after: { version } },
  };
  await recordAct(tx, act, what, madeAt.getTime());
  return row;
}

/** @throws TaplineError `conflict` where what is in force has come back from before itself */
function oneBefore(active: NoopsRuleSet, [last, ...others]: readonly NoopsRuleSet[]): NoopsRuleSet {
  const origin = others.find((one) => holdTheSame(one, active));
  if (last === undefined) throw nothingBefore(active);
  if (origin === undefined) return named(last.version, active, [last]);
  throw new TaplineError(
    "conflict",
    `version ${active.version} of the NoOps rules, by ${active.madeBy}, has brought back those of version ${origin.version} already`,
    { remedy: `say by --to which to go to: ${last.version} is the one before it` },
  );
}

/** @throws TaplineError `not-found`, or `conflict` where the same rules are in force */
function named(version: number, active: NoopsRuleSet, earlier: readonly NoopsRuleSet[]): NoopsRuleSet {
  const found = [active, ...earlier].find((one) => one.version === version);
  if (found === undefined)
    throw new TaplineError("not-found", `there is no version ${version} of the NoOps rules`, {
      remedy: "`tapline noops show` names the last ones",
    });
  if (!holdTheSame(found, active)) return found;
  const which = version === active.version ? "is" : `holds the rules of version ${active.version}, which is`;
  throw new TaplineError("conflict", `version ${version} of the NoOps rules ${which} in force already`);
}

const nothingBefore = (active: NoopsRuleSet | undefined): TaplineError =>
  new TaplineError(
    "conflict",
    `no rules of NoOps were in force before ${active === undefined ? "the first start" : `version ${active.version}`}: there is nothing to go back to`,
  );

/** Whether two releases differ in their version alone. */
function holdTheSame(...both: readonly [NoopsRuleSet, NoopsRuleSet]): boolean {
  const [one, other] = both.map(
    ({ rules }) => noopsRuleSetIdOf({ ...(rules as NoopsRules), version: 1 }).sha256,
  );
  return one === other;
}

/** The rules of a release, under another version. @throws TaplineError `conflict` where they may be in force no more */
function soundAgain({ rules, version: was }: NoopsRuleSet, version: number): NoopsRules {
  const read = readNoopsRules({ ...(rules as NoopsRules), version });
  if (read.rules !== null) return read.rules;
  const faults = read.faults.slice(0, 3).map(({ place, fault }) => `${place}: ${fault}`);
  throw new TaplineError(
    "conflict",
    `version ${was} of the NoOps rules may be in force no more: ${faults.join("; ")}`,
    { remedy: "give out a file without these faults: `tapline noops apply`" },
  );
}

const releasedOf = (row: NoopsRuleSet): ReleasedNoopsRules => ({
  ...listingOf(row),
  rules: noopsRulesSchema.parse(row.rules),
});

function listingOf({ version, digest, madeAt, madeBy, reason }: NoopsRuleSet): NoopsRulesListing {
  return {
    ...{ version, sha256: Buffer.from(digest).toString("hex"), madeAtEpochMs: madeAt.getTime() },
    ...{ madeBy, reason },
  };
}
