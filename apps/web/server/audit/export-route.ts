import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type AuditEntries,
  type AuditExportWish,
  exportAudit,
  type RefusedActs,
} from "@tapline/adapters/prisma";
import { exportForms } from "@tapline/core/audit";
import { type ErrorCode, messageOf, TaplineError } from "@tapline/core/kernel";
import type { Logger } from "pino";
import { z } from "zod";
import { mostExported } from "../../contracts/audit.ts";
import { mayActAs } from "../auth/roles.ts";
import { operatorOf, requireRole, requireWhole, type Viewer } from "../auth/viewer.ts";
import type { AuditViews } from "./audit-views.ts";
import { auditFilterFields, givenOf } from "./filter.ts";
import { ZipStream } from "./zip-stream.ts";

export interface ExportParts {
  audit: Pick<AuditEntries, "eachPlaced">;
  auditViews: Pick<AuditViews, "exportPlan" | "open">;
  refusals: Pick<RefusedActs, "note">;
  viewerOf: (headers: IncomingMessage["headers"]) => Promise<Viewer | null>;
  /** Persons of whom an export is under way. */
  exporting: Set<string>;
  clock: () => number;
  logger: Logger;
}

/** Where an export is fetched. */
export const exportPath = "/api/audit/export";

/** Proof and erasures wait until the entries are written: so much of them, bytes, is kept. */
const mostBeside = 64 * 1024 * 1024;
/** Of one process: each holds a connection to PostgreSQL as long as its browser reads. */
const mostAtOnce = 2;
/** A browser that reads no faster is not waited for. */
const longestMs = 5 * 60_000;

/** What browsers say where a page of ours asks, or a person by the address bar: a link elsewhere may not hold a place. */
const ownSites: readonly unknown[] = [undefined, "same-origin", "none"];

const instant = z.iso.datetime({ offset: true }).transform(Date.parse).optional();
const place = z.coerce
  .number()
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER - 1);

const querySchema = z.strictObject({
  form: z.enum(exportForms),
  since: instant,
  until: instant,
  ...auditFilterFields,
  first: place.optional(),
  last: place.optional(),
});

const statuses: Partial<Record<ErrorCode, number>> = {
  ...{ "invalid-input": 400, unauthenticated: 401, forbidden: 403, "not-found": 404 },
  ...{ overloaded: 429, unavailable: 503 },
};

/**
 * Sends entries as one ZIP file while they are read: the file that `tapline audit export` writes, its proof, and its list of erased reasons.
 * For operators; one at a time for each person.
 */
export async function exportByHttp(
  parts: ExportParts,
  request: Pick<IncomingMessage, "headers" | "method" | "url">,
  response: ServerResponse,
): Promise<void> {
  try {
    if (request.method !== "GET") throw new TaplineError("invalid-input", "an export is asked for by GET");
    if (!ownSites.includes(request.headers["sec-fetch-site"]))
      throw new TaplineError("forbidden", "an export is not asked for by another site");
    const viewer = await mayExport(parts, request);
    const wish = wishOf(request.url ?? "");
    await assertFits(parts, wish, viewer.userId);
    await oneAtATime(parts.exporting, viewer.userId, () => send(parts, wish, response));
  } catch (error) {
    if (response.headersSent || !(error instanceof TaplineError)) throw error;
    const { code, message, remedy } = error;
    response.writeHead(statuses[code] ?? 500, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ code, message, remedy: remedy ?? null }));
  }
}

async function mayExport(
  { viewerOf, refusals }: ExportParts,
  { headers }: Pick<IncomingMessage, "headers">,
): Promise<Viewer> {
  const viewer = await viewerOf(headers);
  const mayAct = viewer !== null && mayActAs(viewer.role, "operator");
  if (viewer !== null && (!mayAct || viewer.sites !== null)) {
    const facts = mayAct ? { needs: "whole", has: "sites" } : { needs: "operator", has: viewer.role };
    await refusals.note({
      ...{ action: "act.refused", actor: operatorOf(viewer), traceId: null },
      ...{ subject: "verb/audit.export", facts },
    });
  }
  return requireWhole(requireRole(viewer, "operator"));
}

function wishOf(url: string): AuditExportWish {
  const asked = querySchema.safeParse(Object.fromEntries(new URL(url, "http://console").searchParams));
  if (!asked.success)
    throw new TaplineError("invalid-input", "this export is not asked for as it should be", {
      remedy: "form is ndjson or csv; times are ISO 8601, first and last places of the log",
    });
  const { form, first, last, since, until, ...filter } = asked.data;
  if ((first === undefined) !== (last === undefined) || (first ?? 0) > (last ?? 0))
    throw new TaplineError("invalid-input", "a range has a first place and a last one, not before it");
  return {
    form,
    filter: givenOf({ ...filter, sinceEpochMs: since, untilEpochMs: until }),
    range: first === undefined || last === undefined ? null : { start: first, end: last + 1 },
  };
}

async function assertFits(
  { auditViews }: ExportParts,
  { filter, range }: AuditExportWish,
  who: string,
): Promise<void> {
  const { entries } = await auditViews.exportPlan(filter, range, who);
  if (entries > mostExported)
    throw new TaplineError("overloaded", `more than ${mostExported} entries fit`, {
      remedy: "narrow it, as by time, or take tapline audit export, which writes any number",
      facts: { mostExported },
    });
}

async function oneAtATime(exporting: Set<string>, who: string, act: () => Promise<void>): Promise<void> {
  if (exporting.has(who) || exporting.size >= mostAtOnce)
    throw new TaplineError(
      "overloaded",
      exporting.has(who)
        ? "an export of yours is under way"
        : "as many exports are under way as this console makes at once",
      { remedy: "wait until it is done, and ask again" },
    );
  exporting.add(who);
  try {
    await act();
  } finally {
    exporting.delete(who);
  }
}

async function send(parts: ExportParts, wish: AuditExportWish, response: ServerResponse): Promise<void> {
  const { audit, auditViews, clock, logger } = parts;
  const log = await auditViews.open();
  const name = `audit-${new Date(clock()).toISOString().slice(0, 10)}.${wish.form}`;
  const gone = new Promise((closed) => response.once("close", closed));
  const bound = setTimeout(() => response.destroy(), longestMs);
  const zip = new ZipStream(async (bytes) => {
    if (response.destroyed) throw new Error("the browser hung up");
    if (!response.write(bytes)) await Promise.race([once(response, "drain"), gone]);
  }, clock());
  const [proof, erasures] = [new Beside(), new Beside()];
  let data: Awaited<ReturnType<ZipStream["begin"]>> | undefined;
  try {
    await exportAudit(
      wish,
      { entries: audit, log, onProgress: () => undefined },
      {
        data: async (bytes) => {
          data ??= await begin(zip, name, response);
          await data(Buffer.from(bytes));
        },
        proof: async (text) => proof.add(text),
        erasures: async (text) => erasures.add(text),
      },
    );
    data ??= await begin(zip, name, response);
    await (await zip.begin(`${name}.proof`))(proof.bytes());
    await (await zip.begin(`${name}.erased`))(erasures.bytes());
    await zip.end();
    response.end();
  } catch (error) {
    if (!response.headersSent) throw error;
    // A ZIP file without its end cannot be taken for a whole one, and a browser tells of a broken download.
    logger.warn({ err: messageOf(error) }, "an export of the audit log broke off");
    response.destroy();
  } finally {
    clearTimeout(bound);
  }
}

/** Only once there is something: what is refused before is told as such. */
function begin(zip: ZipStream, name: string, response: ServerResponse): ReturnType<ZipStream["begin"]> {
  response.writeHead(200, {
    "Content-Type": "application/zip",
    "Content-Disposition": `attachment; filename="${name}.zip"`,
  });
  return zip.begin(name);
}

/** What is written behind the entries. */
class Beside {
  readonly #parts: Buffer[] = [];
  #length = 0;

  /** @throws TaplineError `overloaded` where it becomes too much */
  add(bytes: Uint8Array | string): void {
    const part = Buffer.from(bytes);
    this.#length += part.length;
    if (this.#length > mostBeside)
      throw new TaplineError("overloaded", "the proof of these entries becomes too long for the console", {
        remedy: "narrow it, as by time, or take tapline audit export",
      });
    this.#parts.push(part);
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }
}
