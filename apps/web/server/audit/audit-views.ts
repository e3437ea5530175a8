import {
  AuditLog,
  actsAtSites,
  actsOfPeople,
  type EntryFilter,
  type LogHead,
  LogRows,
  type PlaceRange,
  type PrismaClient,
  type RowsFrom,
} from "@tapline/adapters/prisma";
import { formatTlogProof } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import {
  type AuditExportPlan,
  type AuditLogState,
  type AuditPage,
  type AuditRow,
  auditPageSize,
  type LastActs,
  mostExported,
} from "../../contracts/audit.ts";
import { namesOf } from "../alerts/names-of.ts";
import type { Viewer } from "../auth/viewer.ts";
import { fromPostgres } from "../from-stores.ts";

const mostLastActs = 5;

/** The audit log as the console's pages show it. */
export class AuditViews {
  readonly #prisma: PrismaClient;
  readonly #rows: LogRows;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
    this.#rows = new LogRows(prisma);
  }

  /** @param who asks @throws as `LogRows.page` */
  page(filter: EntryFilter, from: RowsFrom, who: string): Promise<AuditPage> {
    return fromPostgres(this.#rows.page(filter, auditPageSize, from, who));
  }

  /** @throws TaplineError `not-found` */
  entry(id: string): Promise<AuditRow> {
    return fromPostgres(this.#rows.find(id));
  }

  /** The names of people, by their ids; of those who are gone none. */
  async names(ids: readonly string[]): Promise<Record<string, string>> {
    return Object.fromEntries(await namesOf(this.#prisma, ids));
  }

  /** The last few things that people did; to agents and alerts of these sites, where not all are seen. */
  async lastActs(sites: Viewer["sites"]): Promise<LastActs> {
    const entries = await fromPostgres(
      sites === null
        ? actsOfPeople(this.#prisma, 0, mostLastActs).then((found) => found.entries)
        : actsAtSites(this.#prisma, sites, mostLastActs),
    );
    const acts = entries.map(({ id, atEpochMs, actor, action, subject, reason }) => ({
      ...{ id, atEpochMs, actor, action, subject, reason },
    }));
    return { acts, names: await this.names([...new Set(acts.map(({ actor }) => actor.id))]) };
  }

  /** @throws TaplineError `not-found` before there is a log */
  async log(): Promise<AuditLogState> {
    const { name, names, log, head } = await fromPostgres(this.#open());
    const [waiting, size] = await fromPostgres(Promise.all([log.waiting(), head.size]));
    const { signed, cosigned, archived } = head;
    return { name, names, size, waiting, signed, cosigned, archived };
  }

  /** That the log of `to` entries begins with that of `from`: hashes in base64, lowest first. */
  async growth(from: number, to: number): Promise<{ path: string[] }> {
    const { log, head } = await fromPostgres(this.#open());
    if (to > head.size || from > to)
      throw new TaplineError("not-found", `the log has ${head.size} entries, not ${Math.max(from, to)}`, {
        remedy:
          "if a checkpoint that you know speaks of more, entries were taken away: tapline audit verify --from",
      });
    const path = await fromPostgres(log.consistency(from, to));
    return { path: path.map((hash) => Buffer.from(hash).toString("base64")) };
  }

  /** The C2SP tlog-proof of an entry, as `tapline audit prove` writes it. @throws TaplineError `not-found` */
  async proof(id: string): Promise<{ text: string }> {
    const { log } = await fromPostgres(this.#open());
    const proof = await fromPostgres(log.prove(id));
    if (proof === null)
      throw new TaplineError("not-found", `no checkpoint of the log covers an entry ${id}`, {
        remedy: "if it was made just now, try again in a second",
      });
    return { text: formatTlogProof(proof) };
  }

  /** What an export would come to. @param who asks @throws as `LogRows.count` */
  async exportPlan(filter: EntryFilter, range: PlaceRange | null, who: string): Promise<AuditExportPlan> {
    const { head } = await fromPostgres(this.#open());
    const size = head.signed?.size ?? 0;
    return { entries: await fromPostgres(this.#rows.count(filter, range, mostExported + 1, who)), size };
  }

  /** The log that the worker carries on. */
  async open(): Promise<AuditLog> {
    return (await fromPostgres(this.#open())).log;
  }

  async #open(): Promise<{ name: string; names: string[]; log: AuditLog; head: LogHead }> {
    const names = (await AuditLog.names(this.#prisma)).toSorted();
    const logs = await Promise.all(
      names.map(async (name) => {
        const log = new AuditLog(this.#prisma, name);
        return { name, names, log, head: await log.head() };
      }),
    );
    // Of several, the one that was carried on last.
    const [newest] = logs.toSorted((a, b) => noted(b.head) - noted(a.head));
    if (newest === undefined)
      throw new TaplineError("not-found", "there is no audit log yet", {
        remedy: "a worker with the role audit begins it",
      });
    return newest;
  }
}

const noted = ({ signed }: LogHead): number => signed?.atEpochMs ?? 0;
