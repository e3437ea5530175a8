import { randomBytes } from "node:crypto";
import { type Maintenance, maintenanceSchema, maxMaintenanceMs, missed } from "@tapline/core/alerts";
import { isUuid, TaplineError, uuidV7 } from "@tapline/core/kernel";
import { type Act, recordAct, type Transaction } from "../acts.ts";
import type { AlertMaintenance, PrismaClient } from "../generated/client.ts";
import { knownNames } from "../known-names.ts";
import { ruleIdsInForce } from "./alert-rules-desk.ts";

export type MaintenanceListing = Maintenance & {
  readonly startedBy: string;
  readonly reason: string;
  /** When somebody ended it before its time; null where nobody did. */
  readonly endedAtEpochMs: number | null;
  readonly endedBy: string | null;
};

export type NewMaintenance = Pick<Maintenance, "sites" | "rules" | "endsAtEpochMs">;

/** Times in which alerts are told to nobody. Each change is one transaction with its audit entry. */
export class AlertMaintenanceDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** Those that are on, or all, the newest first, at most 1,000. */
  async list(which: "on" | "all"): Promise<MaintenanceListing[]> {
    const now = new Date(this.#clock());
    const rows = await this.#prisma.alertMaintenance.findMany({
      where: which === "all" ? {} : { endedAt: null, endsAt: { gt: now } },
      orderBy: { id: "desc" },
      take: 1_000,
    });
    return rows.map(listingOf);
  }

  /**
   * Whether there is what maintenance is to be of: a name that is misspelt would hold back nothing, and call people all night.
   * @throws TaplineError `invalid-input` naming what there is instead
   */
  async assertKnown(wanted: Pick<NewMaintenance, "sites" | "rules">): Promise<void> {
    await assertKnown(this.#prisma, wanted);
  }

  /** From now on. @throws TaplineError `invalid-input` for an end that is past, or further away than 7 days; for names that nothing goes by */
  async start(wanted: NewMaintenance, act: Act & { readonly reason: string }): Promise<MaintenanceListing> {
    const nowEpochMs = this.#clock();
    const forMs = wanted.endsAtEpochMs - nowEpochMs;
    if (forMs <= 0 || forMs > maxMaintenanceMs)
      throw new TaplineError("invalid-input", "maintenance ends within the next 7 days", {
        remedy: "name a time in the next 7 days; it can be started anew",
      });
    const id = uuidV7(nowEpochMs, randomBytes);
    const window = maintenanceSchema.parse({ ...wanted, id, startsAtEpochMs: nowEpochMs });
    return await this.#prisma.$transaction(async (tx) => {
      await assertKnown(tx, window);
      const row = await tx.alertMaintenance.create({
        data: {
          ...{ id, sites: window.sites, rules: window.rules, startsAt: new Date(nowEpochMs) },
          ...{ endsAt: new Date(window.endsAtEpochMs), startedBy: act.actor.id, reason: act.reason },
        },
      });
      const facts = { sites: window.sites.join(" "), rules: window.rules.join(" "), forMs };
      const what = {
        action: "alert-maintenance.started" as const,
        subject: `alert-maintenance/${id}`,
        facts,
      };
      await recordAct(tx, act, what, nowEpochMs);
      return listingOf(row);
    });
  }

  /** Ends one before its time: what it held back is told at once, where it still calls. @throws TaplineError `not-found`, `conflict` */
  async end(id: string, act: Act): Promise<void> {
    const now = new Date(this.#clock());
    await this.#prisma.$transaction(async (tx) => {
      const row = isUuid(id) ? await tx.alertMaintenance.findUnique({ where: { id } }) : null;
      if (row === null)
        throw new TaplineError("not-found", `there is no maintenance ${id}`, {
          remedy: "`tapline alerts maintenance ls` shows which there is",
        });
      const ended = await tx.alertMaintenance.updateMany({
        where: { id, endedAt: null, endsAt: { gt: now } },
        data: { endedAt: now, endedBy: act.actor.id },
      });
      if (ended.count === 0) throw new TaplineError("conflict", `maintenance ${id} is over already`);
      // Whether another one still holds them is asked when they are due.
      await tx.alertDelivery.updateMany({ where: { state: "held" }, data: { dueAt: now } });
      await tx.alertEscalation.updateMany({ where: { dueAt: row.endsAt }, data: { dueAt: now } });
      const what = {
        action: "alert-maintenance.ended" as const,
        subject: `alert-maintenance/${id}`,
        facts: {},
      };
      await recordAct(tx, act, what, now.getTime());
    });
  }
}

async function assertKnown(
  tx: PrismaClient | Transaction,
  { sites, rules }: Pick<NewMaintenance, "sites" | "rules">,
): Promise<void> {
  const inForce = rules.length === 0 ? [] : await ruleIdsInForce(tx);
  const known = sites.length === 0 ? [] : (await knownNames(tx)).sites;
  const ofSites = missed("a site", sites, known);
  const faults = [...ofSites, ...missed("a rule in force", rules, inForce)];
  const [first] = faults;
  if (first === undefined) return;
  const more = faults.length === 1 ? "" : `; and of ${faults.length - 1} more names`;
  throw new TaplineError("invalid-input", `${first}${more}`, {
    remedy:
      ofSites.length > 0
        ? "mend the name; a site that is still to come is known once a token for an agent names it"
        : "mend the name: each alert names the rule that raised it",
    facts: { unknown: faults.length },
  });
}

/** Those that hold something back at a moment. */
export async function windowsAt(tx: Transaction, now: Date): Promise<Maintenance[]> {
  const rows = await tx.alertMaintenance.findMany({
    where: { endedAt: null, startsAt: { lte: now }, endsAt: { gt: now } },
  });
  return rows.map(windowOf);
}

function windowOf({ id, sites, rules, startsAt, endsAt }: AlertMaintenance): Maintenance {
  return { id, sites, rules, startsAtEpochMs: startsAt.getTime(), endsAtEpochMs: endsAt.getTime() };
}

function listingOf(row: AlertMaintenance): MaintenanceListing {
  const { startedBy, reason, endedAt, endedBy } = row;
  return { ...windowOf(row), startedBy, reason, endedAtEpochMs: endedAt?.getTime() ?? null, endedBy };
}
