import { type AskedReturn, chooseReturn, type RuleKind, ruleKinds } from "@tapline/core/rollout";
import type { Act, Transaction } from "../acts.ts";
import type { PrismaClient } from "../generated/client.ts";
import { lockedStep } from "../locked-step.ts";
import { activeRulesVersion } from "../rules-desk.ts";
import { alertChannelsSource } from "./alert-channels-source.ts";
import { alertRulesSource } from "./alert-rules-source.ts";
import { noopsRulesSource } from "./noops-rules-source.ts";
import type { Brought, RuleSource } from "./rule-source.ts";
import { validationRulesSource } from "./validation-rules-source.ts";

/** A release of rules, without these. Times: ms since 1970. */
export type RuleReleaseListing = {
  readonly version: number;
  readonly madeAtEpochMs: number;
  /** `<kind>/<id>`. */
  readonly madeBy: string;
  readonly reason: string | null;
};

export type RuleReleases = {
  readonly kind: RuleKind;
  /** null before the first. */
  readonly inForce: number | null;
  /** Newest first; the one in force is among them. */
  readonly releases: readonly RuleReleaseListing[];
};

/** Rules of before that are in force again. */
export type RuleReturn = Brought & {
  /** What was in force. */
  readonly before: number;
  /** The version whose rules these are. */
  readonly to: number;
};

/** Tells who watches which rules are in force. */
export type RuleTeller = {
  /** @throws TaplineError where nobody can be told: then nothing is changed */
  readonly assertHeard: (kind: RuleKind) => Promise<void>;
  readonly tell: (kind: RuleKind, version: number) => Promise<void>;
};

const sources: Readonly<Record<RuleKind, RuleSource>> = {
  "validation-rules": validationRulesSource,
  "alert-rules": alertRulesSource,
  "alert-channels": alertChannelsSource,
  "noops-rules": noopsRulesSource,
};

const listed = {
  orderBy: { version: "desc" },
  select: { version: true, madeAt: true, madeBy: true, reason: true },
} as const;

/** Releases of all rules: which there are, and the one way back to those of before. Each step is one transaction with its audit entry. */
export class RuleReleasesDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  readonly #teller: RuleTeller;

  constructor(prisma: PrismaClient, clock: () => number, teller: RuleTeller) {
    this.#prisma = prisma;
    this.#clock = clock;
    this.#teller = teller;
  }

  /** @param take the newest so many, and the one in force; left out: all */
  async list(kind: RuleKind, take?: number): Promise<RuleReleases> {
    const rows = await this.#rows(kind, take === undefined ? listed : { ...listed, take });
    const newest = rows[0]?.version ?? null;
    const inForce = kind === "validation-rules" ? await activeRulesVersion(this.#prisma) : newest;
    // Of validation rules an old one may be in force.
    const older =
      inForce === null || rows.some(({ version }) => version === inForce)
        ? []
        : await this.#prisma.validationRelease.findMany({ ...listed, where: { version: inForce } });
    return {
      ...{ kind, inForce },
      releases: [...rows, ...older].map(({ madeAt, ...row }) => ({
        ...row,
        madeAtEpochMs: madeAt.getTime(),
      })),
    };
  }

  async all(take: number): Promise<RuleReleases[]> {
    return await Promise.all(ruleKinds.map((kind) => this.list(kind, take)));
  }

  /**
   * Puts the rules of a release of before in force again. Where the newest release is in force, by one of their own: what was given out
   * never changes.
   * @throws TaplineError as `chooseReturn` does; `conflict`, too, where those rules may be in force no more
   */
  async rollBack(
    kind: RuleKind,
    asked: AskedReturn,
    { dryRun = false, ...act }: Act & { readonly dryRun?: boolean },
  ): Promise<RuleReturn> {
    const { lock } = sources[kind];
    if (!dryRun) await this.#teller.assertHeard(kind);
    const done = await lockedStep(this.#prisma, { lock, dryRun }, (tx) => this.#goBack(tx, kind, asked, act));
    if (!dryRun) await this.#teller.tell(kind, done.version);
    return done;
  }

  async #goBack(tx: Transaction, kind: RuleKind, asked: AskedReturn, act: Act): Promise<RuleReturn> {
    const { rows, standing, bring } = sources[kind];
    const all = await rows(tx);
    const stands = await standing(tx, all);
    const target = chooseReturn(kind, all, stands, asked);
    const active = all.find(({ version }) => version === stands.version) ?? target;
    const brought = await bring(tx, { target, active }, act, new Date(this.#clock()));
    return { ...brought, before: active.version, to: target.version };
  }

  async #rows(kind: RuleKind, asked: typeof listed & { readonly take?: number }) {
    if (kind === "validation-rules") return await this.#prisma.validationRelease.findMany(asked);
    if (kind === "alert-rules") return await this.#prisma.alertRuleRelease.findMany(asked);
    if (kind === "alert-channels") return await this.#prisma.alertChannelRelease.findMany(asked);
    return await this.#prisma.noopsRuleSet.findMany(asked);
  }
}
