import { type AuditEntries, FleetBoard, GapLedger, type PrismaClient } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { type AgentDetail, type AgentView, type FleetCount, mostGapNumbers } from "../../contracts/agents.ts";
import { namesOf } from "../alerts/names-of.ts";
import { fromPostgres } from "../from-stores.ts";
import { shareReading } from "./share-reading.ts";

const mostGaps = 20;
const mostActs = 12;

/** Agents as the console's pages show them. */
export class AgentViews {
  readonly board: FleetBoard;
  /** All agents, by id. All browsers ask at once where news of them may have been missed. */
  readonly list: () => Promise<AgentView[]>;
  readonly count: () => Promise<FleetCount>;
  readonly #prisma: PrismaClient;
  readonly #gaps: GapLedger;
  readonly #audit: Pick<AuditEntries, "page">;

  constructor(prisma: PrismaClient, audit: Pick<AuditEntries, "page">) {
    this.board = new FleetBoard(prisma, mostGapNumbers);
    this.list = shareReading(() => fromPostgres(this.board.list()));
    this.count = shareReading(() => fromPostgres(this.board.count()));
    this.#prisma = prisma;
    this.#gaps = new GapLedger(prisma);
    this.#audit = audit;
  }

  /** @throws TaplineError `not-found` */
  async detail(id: string): Promise<AgentDetail> {
    const [[agent], gaps, { entries: acts }] = await fromPostgres(
      Promise.all([
        this.board.list([id]),
        this.#gaps.list({ scope: "agent", subject: id, open: true, limit: mostGaps }),
        this.#audit.page({ subject: `agent/${id}` }, mostActs),
      ]),
    );
    if (agent === undefined)
      throw new TaplineError("not-found", `no agent ${id} is known`, {
        remedy: "look it up in the list of agents",
      });
    const people = acts.flatMap(({ actor }) => (actor.kind === "operator" ? [actor.id] : []));
    return {
      agent,
      gaps: gaps.map(({ epoch, first, last, openedAtEpochMs }) => ({ epoch, first, last, openedAtEpochMs })),
      acts,
      names: Object.fromEntries(await namesOf(this.#prisma, people)),
    };
  }
}
