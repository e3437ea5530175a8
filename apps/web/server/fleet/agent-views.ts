import { type AuditEntries, GapLedger, type PrismaClient } from "@tapline/adapters/prisma";
import { FleetBoard } from "@tapline/adapters/prisma/fleet";
import { TaplineError } from "@tapline/core/kernel";
import { type AgentDetail, type AgentView, type FleetCount, mostGapNumbers } from "../../contracts/agents.ts";
import { namesOf } from "../alerts/names-of.ts";
import type { Viewer } from "../auth/viewer.ts";
import { fromPostgres } from "../from-stores.ts";
import { shareReading } from "./share-reading.ts";

const mostGaps = 20;
const mostActs = 12;

/** Agents as the console's pages show them. */
export class AgentViews {
  readonly board: FleetBoard;
  /** Of the whole installation. All browsers ask at once where news of them may have been missed. */
  readonly #list: () => Promise<AgentView[]>;
  readonly #count: () => Promise<FleetCount>;
  readonly #prisma: PrismaClient;
  readonly #gaps: GapLedger;
  readonly #audit: Pick<AuditEntries, "page">;

  constructor(prisma: PrismaClient, audit: Pick<AuditEntries, "page">) {
    this.board = new FleetBoard(prisma, mostGapNumbers);
    this.#list = shareReading(() => fromPostgres(this.board.list()));
    this.#count = shareReading(() => fromPostgres(this.board.count()));
    this.#prisma = prisma;
    this.#gaps = new GapLedger(prisma);
    this.#audit = audit;
  }

  /** Agents of these sites, by id; null: all of them. */
  list(sites: Viewer["sites"]): Promise<AgentView[]> {
    return sites === null ? this.#list() : fromPostgres(this.board.list(null, sites));
  }

  count(sites: Viewer["sites"]): Promise<FleetCount> {
    return sites === null ? this.#count() : fromPostgres(this.board.count(sites));
  }

  /** @throws TaplineError `not-found` for an agent that stands at none of these sites, as for one that is not known */
  async mustSee(id: string, sites: Viewer["sites"]): Promise<void> {
    if (sites === null) return;
    const where = { id, site: { in: [...sites] } };
    if ((await fromPostgres(this.#prisma.agent.count({ where }))) === 0) throw unknownAgent(id);
  }

  /** @throws TaplineError `not-found`, also for an agent that stands at none of these sites */
  async detail(id: string, sites: Viewer["sites"]): Promise<AgentDetail> {
    const [[agent], gaps, { entries: acts }] = await fromPostgres(
      Promise.all([
        this.board.list([id], sites),
        this.#gaps.list({ scope: "agent", subject: id, open: true, limit: mostGaps }),
        this.#audit.page({ subject: `agent/${id}` }, mostActs),
      ]),
    );
    if (agent === undefined) throw unknownAgent(id);
    const people = acts.flatMap(({ actor }) => (actor.kind === "operator" ? [actor.id] : []));
    return {
      agent,
      gaps: gaps.map(({ epoch, first, last, openedAtEpochMs }) => ({ epoch, first, last, openedAtEpochMs })),
      acts,
      names: Object.fromEntries(await namesOf(this.#prisma, people)),
    };
  }
}

const unknownAgent = (id: string) =>
  new TaplineError("not-found", `no agent ${id} is known`, { remedy: "look it up in the list of agents" });
