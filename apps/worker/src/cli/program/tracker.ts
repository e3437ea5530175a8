import type { Command } from "commander";
import { addActing, confirmed } from "./acting-options.ts";

/** The group `tapline tracker`. */
export function addTracker(program: Command): void {
  const tracker = program.command("tracker").description("trackers that may be tapped");
  addTrackerImport(tracker);
  addTrackerEnrol(tracker);
}

/** `tapline tracker import FILE`: enrols the trackers of a JSON file; those known already keep their key. */
function addTrackerImport(tracker: Command): void {
  addActing(tracker.command("import"))
    .description("enrol the trackers of a JSON file: [{ id, kid, publicKey }], all hexadecimal")
    .argument("<file>")
    .action(
      confirmed(async (file, options) =>
        (await import("../tracker-import.ts")).importTrackers(file, options),
      ),
    );
}

/** `tapline tracker enrol|revoke|ls`: single trackers. */
function addTrackerEnrol(tracker: Command): void {
  addActing(tracker.command("enrol"))
    .description("take a tracker's taps from now on")
    .requiredOption("--id <hex>", "the tracker's id, 16 hexadecimal digits")
    .requiredOption("--public-key <key>", "its Ed25519 key: 64 hexadecimal digits, or a PEM file")
    .action(confirmed(async (options) => (await import("../tracker-enrol.ts")).enrol(options)));
  addActing(tracker.command("revoke"))
    .description("refuse a tracker's taps from now on, also those read before and not yet validated")
    .requiredOption("--id <hex>", "the tracker's id, 16 hexadecimal digits")
    .action(confirmed(async (options) => (await import("../tracker-enrol.ts")).revoke(options)));
  tracker
    .command("ls")
    .description("all trackers")
    .option("--json", "as JSON lines")
    .action(async (options) => (await import("../tracker-enrol.ts")).list(options));
}
