import { TaplineError } from "@tapline/core/kernel";
import { assertSeen } from "@tapline/core/rollout";
import { type RulesRelease, type ValidationRules, validationRulesSchema } from "@tapline/core/validation";
import { type Act, recordAct, type Transaction } from "./acts.ts";
import type { PrismaClient, ValidationRelease } from "./generated/client.ts";
import { lockedStep } from "./locked-step.ts";

export type RulesListing = RulesRelease & {
  readonly madeAtEpochMs: number;
  readonly madeBy: string;
  readonly reason: string | null;
  readonly isActive: boolean;
};

/** Held by who gives out validation rules, or changes which are in force. */
export const validationRulesLock = "validation_release";

/** Holds the number of the release in force. */
const activeFact = "rules.active";

/** Releases of the validation rules. Each change is one transaction with its audit entry. */
export class RulesDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** All releases, oldest first. */
  async list(): Promise<RulesListing[]> {
    const rows = await this.#prisma.validationRelease.findMany({ orderBy: { version: "asc" } });
    const active = await this.activeVersion();
    return rows.map((row) => ({
      ...releaseOf(row),
      madeAtEpochMs: row.madeAt.getTime(),
      madeBy: row.madeBy,
      reason: row.reason,
      isActive: row.version === active,
    }));
  }

  /** @throws TaplineError `not-found` */
  async find(version: number): Promise<RulesRelease> {
    const row = await this.#prisma.validationRelease.findUnique({ where: { version } });
    if (row === null) throw notFound(version);
    return releaseOf(row);
  }

  /** The release in force; null before the first. */
  async activeVersion(): Promise<number | null> {
    return await activeRulesVersion(this.#prisma);
  }

  /** Makes release 1 and puts it in force, unless there is one. */
  async makeFirst(rules: ValidationRules): Promise<void> {
    const act = { actor: { kind: "job", id: "validation" }, reason: "the first start" } as const;
    await this.#step(async (tx, at) => {
      if ((await tx.validationRelease.count()) > 0) return;
      await release(tx, 1, rules, act, at);
      await tx.installationFact.create({ data: { name: activeFact, value: "1" } });
    });
  }

  /** Gives out a release; it is not in force yet. @returns its number */
  async release(rules: ValidationRules, act: Act): Promise<number> {
    return await this.#step(async (tx, at) => {
      const last = await tx.validationRelease.aggregate({ _max: { version: true } });
      const version = (last._max.version ?? 0) + 1;
      await release(tx, version, rules, act, at);
      return version;
    });
  }

  /**
   * Puts a release in force; validation judges by it within 2 s.
   * @param seen the one that was in force when whoever asks looked, 0 = none; left out: whatever is
   * @throws TaplineError `not-found`, `conflict` where it is in force already, or another one is than was seen
   */
  async switchTo(version: number, act: Act, seen?: number): Promise<void> {
    await this.#step(async (tx, at) => {
      if ((await tx.validationRelease.count({ where: { version } })) === 0) throw notFound(version);
      const before = await activeRulesVersion(tx);
      if (seen !== undefined) assertSeen("validation-rules", await madeOf(tx, before), seen);
      if (before === version)
        throw new TaplineError("conflict", `release ${version} of the rules is in force already`);
      await switchRules(tx, version, before, act, at);
    });
  }

  async #step<Result>(change: (tx: Transaction, at: Date) => Promise<Result>): Promise<Result> {
    // One step comes after the other, also where two processes start first.
    return await lockedStep(this.#prisma, { lock: validationRulesLock }, (tx) =>
      change(tx, new Date(this.#clock())),
    );
  }
}

/** Who made a release, and when; null of none. */
async function madeOf(tx: Transaction, version: number | null) {
  const row = version === null ? null : await tx.validationRelease.findUnique({ where: { version } });
  return row === null ? null : { ...row, madeAtEpochMs: row.madeAt.getTime() };
}

/** The release in force; null before the first. */
export async function activeRulesVersion(tx: Pick<Transaction, "installationFact">): Promise<number | null> {
  const fact = await tx.installationFact.findUnique({ where: { name: activeFact } });
  return fact === null ? null : Number(fact.value);
}

/** Puts a release that there is in force, in a transaction that holds `validationRulesLock`. */
export async function switchRules(
  tx: Transaction,
  version: number,
  before: number | null,
  act: Act,
  at: Date,
): Promise<void> {
  const fact = { name: activeFact, value: String(version) };
  await tx.installationFact.upsert({ where: { name: activeFact }, create: fact, update: fact });
  const what = {
    ...{ action: "rules.switched" as const, subject: rulesSubject(version), facts: {} },
    ...{ before: { version: before }, after: { version } },
  };
  await recordAct(tx, act, what, at.getTime());
}

/** What the audit log calls a release. */
export const rulesSubject = (version: number): string => `rules/${version}`;

async function release(tx: Transaction, version: number, rules: ValidationRules, act: Act, madeAt: Date) {
  const made = { madeAt, madeBy: `${act.actor.kind}/${act.actor.id}`, reason: act.reason };
  await tx.validationRelease.create({ data: { version, rules, ...made } });
  const what = { action: "rules.released" as const, subject: rulesSubject(version), facts: { version } };
  await recordAct(tx, act, what, madeAt.getTime());
}

const releaseOf = ({ version, rules }: ValidationRelease): RulesRelease => ({
  version,
  rules: validationRulesSchema.parse(rules),
});

const notFound = (version: number): TaplineError =>
  new TaplineError("not-found", `there is no release ${version} of the rules`, {
    remedy: "`tapline rules ls` shows which there are",
  });

export type ActiveRulesOptions = {
  /** What release 1 is made from, where there is none. */
  readonly first: ValidationRules;
  /** Always this release; null = the one in force. */
  readonly pinned: number | null;
  readonly clock: () => number;
  /** Told whenever another release counts from now on. */
  readonly onRelease: (release: RulesRelease) => void;
};

/** So often is looked which release is in force. */
const lookEveryMs = 1_000;

/** The release that this process judges by: noticed within 1 s of a switch; while PostgreSQL is away, the last one known. */
export class ActiveRules {
  readonly #desk: RulesDesk;
  readonly #options: ActiveRulesOptions;
  #release: RulesRelease | null = null;
  #lookedAtEpochMs = Number.NEGATIVE_INFINITY;

  constructor(desk: RulesDesk, options: ActiveRulesOptions) {
    this.#desk = desk;
    this.#options = options;
  }

  async current(): Promise<RulesRelease> {
    const nowEpochMs = this.#options.clock();
    const known = this.#release;
    if (known !== null && Math.abs(nowEpochMs - this.#lookedAtEpochMs) < lookEveryMs) return known;
    try {
      const version = this.#options.pinned ?? (await this.#active());
      this.#lookedAtEpochMs = nowEpochMs;
      if (version === known?.version) return known;
      const release = await this.#desk.find(version);
      this.#release = release;
      this.#options.onRelease(release);
      return release;
    } catch (error) {
      if (known === null || error instanceof TaplineError) throw error;
      return known;
    }
  }

  async #active(): Promise<number> {
    const version = await this.#desk.activeVersion();
    if (version !== null) return version;
    await this.#desk.makeFirst(this.#options.first);
    return (await this.#desk.activeVersion()) ?? 1;
  }
}
