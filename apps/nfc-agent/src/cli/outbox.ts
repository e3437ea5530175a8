import type { Command } from "commander";
import { readConfig } from "../config.ts";
import { exitCodes } from "../exit-codes.ts";
import { inspectOutbox, type OutboxListing } from "../outbox/index.ts";
import { withDataDir } from "./data-dir-option.ts";
import { bytesText, counted, tableText } from "./words.ts";

/** `tapline-agent outbox ls`: what the folder holds, beside a running agent or a stopped one. */
export function addOutbox(program: Command): void {
  const outbox = program.command("outbox").description("look into the outbox");
  withDataDir(outbox.command("ls"))
    .description("list the taps in the outbox, without its lock and without changing anything")
    .option("--pending", "only taps that have no end yet")
    .option("--json", "print one JSON object")
    .action(async (options: { dataDir?: string; json?: true; pending?: true }) => {
      const listing = await inspectOutbox(readConfig(undefined, options.dataDir).outboxDir);
      const taps = listing.taps.filter(({ state }) => !options.pending || state === "pending");
      const damage = listing.damage?.message ?? null;
      const shown = { ...listing, taps, damage };
      process.stdout.write(options.json ? `${JSON.stringify(shown)}\n` : listingText({ ...listing, taps }));
      if (listing.damage === null) return;
      process.stderr.write(`tapline-agent: ${listing.damage.message}\n${listing.damage.remedy ?? ""}\n`);
      process.exitCode = exitCodes.outboxDamaged;
    });
}

function listingText(listing: OutboxListing): string {
  const { totals, taps, bytes, unfinishedBytes, epoch } = listing;
  const rows = taps.map((tap) => [
    tap.seq,
    tap.reader,
    new Date(tap.readAtEpochMs).toISOString(),
    tap.bytes,
    tap.sha256,
    tap.state,
  ]);
  const unfinished =
    unfinishedBytes === 0 ? "" : `; ${unfinishedBytes} bytes of an unfinished write at the end`;
  return (
    `${taps.length === 0 ? "" : tableText([["seq", "reader", "read at", "bytes", "sha256", "state"], ...rows])}` +
    `epoch ${epoch}: ${counted(taps.length, "tap")} listed, ${bytesText(bytes)} on disk${unfinished}\n` +
    `over its life: ${totals.taps} read, ${totals.archived} archived, ${totals.duplicates} duplicates, ` +
    `${totals.rejected} rejected\n`
  );
}
