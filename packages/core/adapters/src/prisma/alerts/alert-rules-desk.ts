import { type AlertRules, alertRulesSchema, releaseIdOf } from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import { assertSeen } from "@tapline/core/rollout";
import { type Act, recordAct, type Transaction } from "../acts.ts";
import type { AlertRuleRelease, PrismaClient } from "../generated/client.ts";
import { lockedStep } from "../locked-step.ts";

/** A release of the alert rules. Its version is the document's own. */
export type AlertRulesListing = {
  readonly version: number;
  /** `releaseIdOf(rules).sha256`: alerts name the release that raised them by it. */
  readonly sha256: string;
  readonly madeAtEpochMs: number;
  readonly madeBy: string;
  readonly reason: string | null;
};

export type ReleasedAlertRules = AlertRulesListing & { readonly rules: AlertRules };

/** Held by who changes which alert rules are in force. */
export const alertRulesLock = "alert_rule_release";

/** Releases of the alert rules; the newest one is in force. Each is one transaction with its audit entry. */
export class AlertRulesDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** All releases, oldest first. */
  async list(): Promise<AlertRulesListing[]> {
    const rows = await this.#prisma.alertRuleRelease.findMany({ orderBy: { version: "asc" } });
    return rows.map(listingOf);
  }

  /** The rules in force; null before the first release. */
  async active(): Promise<ReleasedAlertRules | null> {
    const row = await this.#prisma.alertRuleRelease.findFirst({ orderBy: { version: "desc" } });
    return row === null ? null : { ...listingOf(row), rules: alertRulesSchema.parse(row.rules) };
  }

  /** The rules in force; where nothing was ever released these become the first release. */
  async activeOrFirst(first: AlertRules): Promise<ReleasedAlertRules> {
    const act = { actor: { kind: "job", id: "alerts" }, reason: "the first start" } as const;
    await this.#step(async (tx, at) => {
      if ((await tx.alertRuleRelease.count()) === 0) await releaseAlertRules(tx, first, act, at, null);
    });
    const active = await this.active();
    if (active !== null) return active;
    throw new TaplineError("corrupt", "the release of alert rules that was just made is gone");
  }

  /**
   * Puts rules in force.
   * @param seen the version that was in force when whoever asks looked, 0 = none; left out: whatever is
   * @throws TaplineError `conflict` where their version is not above the one in force, or another one is in force than was seen
   */
  async release(rules: AlertRules, act: Act, seen?: number): Promise<AlertRulesListing> {
    return await this.#step(async (tx, at) => {
      const last = await tx.alertRuleRelease.findFirst({ orderBy: { version: "desc" } });
      const active = last === null ? null : listingOf(last);
      assertSeen("alert-rules", active, seen);
      assertAbove(rules, active);
      return listingOf(await releaseAlertRules(tx, rules, act, at, last?.version ?? null));
    });
  }

  async #step<Result>(change: (tx: Transaction, at: Date) => Promise<Result>): Promise<Result> {
    // One release comes after the other, also where two processes start first.
    return await lockedStep(this.#prisma, { lock: alertRulesLock }, (tx) =>
      change(tx, new Date(this.#clock())),
    );
  }
}

/** None before the first release. */
export async function ruleIdsInForce(tx: PrismaClient | Transaction): Promise<string[]> {
  const row = await tx.alertRuleRelease.findFirst({ orderBy: { version: "desc" } });
  return row === null ? [] : alertRulesSchema.parse(row.rules).rules.map(({ id }) => id);
}

/** @throws TaplineError `conflict` where `rules` cannot follow `active` */
export function assertAbove(rules: AlertRules, active: AlertRulesListing | null): void {
  if (active === null || rules.version > active.version) return;
  const facts = { version: active.version, by: active.madeBy, atEpochMs: active.madeAtEpochMs };
  if (active.sha256 === releaseIdOf(rules).sha256)
    throw new TaplineError("conflict", `version ${active.version} of the alert rules is in force already`, {
      facts,
    });
  throw new TaplineError(
    "conflict",
    `version ${active.version} of the alert rules is in force, and these are version ${rules.version}`,
    { remedy: `give them version ${active.version + 1}`, facts },
  );
}

/** One more release, in a transaction that holds `alertRulesLock`. @param more facts of its audit entry */
export async function releaseAlertRules(
  tx: Transaction,
  rules: AlertRules,
  act: Act,
  madeAt: Date,
  before: number | null,
  more: Readonly<Record<string, number>> = {},
): Promise<AlertRuleRelease> {
  const { version, sha256 } = releaseIdOf(rules);
  const made = { madeAt, madeBy: `${act.actor.kind}/${act.actor.id}`, reason: act.reason };
  const row = await tx.alertRuleRelease.create({
    data: { version, digest: new Uint8Array(Buffer.from(sha256, "hex")), rules, ...made },
  });
  const facts = { sha256, rules: rules.rules.length, ...more };
  const what = {
    ...{ action: "alert-rules.released" as const, subject: `alert-rules/${version}`, facts },
    ...{ before: { version: before }, after: { version } },
  };
  await recordAct(tx, act, what, madeAt.getTime());
  return row;
}

function listingOf({ version, digest, madeAt, madeBy, reason }: AlertRuleRelease): AlertRulesListing {
  return {
    ...{ version, sha256: Buffer.from(digest).toString("hex"), madeAtEpochMs: madeAt.getTime() },
    ...{ madeBy, reason },
  };
}
