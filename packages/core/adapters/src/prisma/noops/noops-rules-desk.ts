import { TaplineError } from "@tapline/core/kernel";
import { type NoopsRule, type NoopsRules, noopsRuleSetIdOf, noopsRulesSchema } from "@tapline/core/noops";
import { assertSeen } from "@tapline/core/rollout";
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

/** Held by who changes which NoOps rules are in force. */
export const noopsRulesLock = "noops_rule_set";

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
      if ((await tx.noopsRuleSet.count()) === 0) await releaseNoopsRules(tx, first, act, at, null);
    });
    const active = await this.active();
    if (active !== null) return active;
    throw new TaplineError("corrupt", "the release of NoOps rules that was just made is gone");
  }

  /**
   * Puts rules in force.
   * @param seen the version that was in force when whoever asks looked, 0 = none; left out: whatever is
   * @throws TaplineError `conflict` where their version is not above the one in force, or another one is in force than was seen
   */
  async release(rules: NoopsRules, act: Act, seen?: number): Promise<NoopsRulesListing> {
    return await this.#step(async (tx, at) => {
      const last = await tx.noopsRuleSet.findFirst({ orderBy: { version: "desc" } });
      const active = last === null ? null : listingOf(last);
      assertSeen("noops-rules", active, seen);
      assertNoopsRulesAbove(rules, active);
      return listingOf(await releaseNoopsRules(tx, rules, act, at, last?.version ?? null));
    });
  }

  /** One release comes after the other, also where two processes start first. */
  async #step<Result>(change: (tx: Transaction, at: Date) => Promise<Result>): Promise<Result> {
    return await lockedStep(this.#prisma, { lock: noopsRulesLock }, (tx) =>
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

/** One more release, in a transaction that holds `noopsRulesLock`. @param more facts of its audit entry */
export async function releaseNoopsRules(
  tx: Transaction,
  rules: NoopsRules,
  act: Act,
  madeAt: Date,
  before: number | null,
  more: Readonly<Record<string, number>> = {},
): Promise<NoopsRuleSet> {
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
