import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import type { Browser } from "playwright-core";
import { inFreshContext } from "../site/browsing.ts";

const probe = fileURLToPath(new URL("./scroll-probe.js", import.meta.url));
/** At 60 frames a second somebody drags the list by 550 entries a second: faster than any wheel. */
const pixelsPerFrame = 400;
const mostMs = 240_000;

/** What a list was like to scroll through. */
export type Scrolled = {
  readonly framesPerSecond: number;
  /** Of these in each of a hundred the frame took longer, ms. */
  readonly p99Ms: number;
  /** In how many of all frames it moved: while a page of it is loaded it may stand. */
  readonly movedRatio: number;
};

/** Writes so many entries of an audit log, with their places. @param databaseUrl of the owner */
export async function fillAuditLog(databaseUrl: string, entries: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Entries that a trigger would let wait for their places have them already.
    await client.query("SET session_replication_role = replica");
    await client.query(await readFile(new URL("../audit/fill-log.sql", import.meta.url), "utf8"), [
      0,
      entries,
    ]);
    await client.query("ANALYZE audit_entry, audit_leaf");
  } finally {
    await client.end();
  }
}

/** Scrolls the page of the audit log from its newest entry to its oldest one, #0, by the frame. */
export async function scrollAuditLog(
  browser: Browser,
  { origin, cookie }: { origin: string; cookie: string },
): Promise<Scrolled> {
  return await inFreshContext(browser, { origin, cookie, scripts: [probe] }, async (page) => {
    await page.goto(`${origin}/audit?action=segment`);
    const list = page.getByRole("listbox", { name: "Audit entries" });
    await list.getByRole("option").first().waitFor({ timeout: 60_000 });
    await list.focus();
    const { atMs, moved } = await page.evaluate<{ atMs: number[]; moved: number }>(
      `globalThis.scrollThrough(${pixelsPerFrame}, "#0", ${mostMs})`,
    );
    const tookMs = atMs.slice(1).map((at, i) => at - (atMs[i] ?? at));
    const whole = (atMs.at(-1) ?? 0) - (atMs[0] ?? 0);
    return {
      framesPerSecond: (tookMs.length / whole) * 1_000,
      p99Ms: tookMs.toSorted((a, b) => a - b)[Math.floor(tookMs.length * 0.99)] ?? Number.NaN,
      movedRatio: moved / atMs.length,
    };
  });
}
