import type { Command } from "commander";
import { addActing, addSeen, confirmed } from "./acting-options.ts";
import { durationMs, wholeNumber } from "./forms.ts";
import { addRollBack } from "./roll-back-rules.ts";

/** `tapline alerts channel|maintenance|deliveries`: how alerts reach people beside the console. */
export function addAlertChannels(alerts: Command): void {
  const channel = alerts.command("channel").description("how alerts reach people beside the console");
  channel
    .command("ls")
    .description("the channels in force")
    .option("--json", "as JSON, whole")
    .action(async (options) => (await import("../alert-channels.ts")).list(options));
  addSeen(
    addActing(
      channel.command("release").argument("<file>", "YAML or JSON of the format tapline-alert-channels/1"),
    ),
  )
    .description("put the channels, schedules and policies of a file in force")
    .action(
      confirmed(async (file, options) => await (await import("../alert-channels.ts")).release(file, options)),
    );
  addRollBack(channel, "alert-channels");
  addActing(channel.command("test").argument("<name>"))
    .description("send a test by a channel, and say what came of it")
    .action(confirmed(async (name, options) => (await import("../alert-channels.ts")).test(name, options)));
  addActing(channel.command("forget-push-key"))
    .description("where the file web-push-key is lost: forget it, and all browsers that are notified by it")
    .action(confirmed(async (options) => (await import("../alert-channels.ts")).forgetPushKey(options)));
  const maintenance = alerts
    .command("maintenance")
    .description("times in which alerts are shown, and told to nobody");
  addActing(maintenance.command("start"))
    .description("begin now")
    .requiredOption("--for <time>", "how long, as in 90m or 2h; at most 7d", durationMs)
    .option("--site <site...>", "alerts of these sites (default: all)")
    .option("--rule <id...>", "alerts of these rules (default: all)")
    .action(confirmed(async (options) => (await import("../alert-maintenance.ts")).start(options)));
  addActing(maintenance.command("end").argument("<id>"))
    .description("end one before its time")
    .action(confirmed(async (id, options) => (await import("../alert-maintenance.ts")).end(id, options)));
  maintenance
    .command("ls")
    .description("those that are on")
    .option("--all", "also those that are over")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../alert-maintenance.ts")).list(options));
  alerts
    .command("deliveries")
    .description("what was told to whom, when, and why not; the newest first")
    .option("--channel <name>", "by this channel")
    .option("--state <state>", "waiting, held, sent, failed or moot")
    .option("--alert <id>", "of this alert")
    .option("--limit <n>", "so many", wholeNumber, 50)
    .option("--json", "as JSON")
    .action(async (options) => (await import("../alert-deliveries.ts")).list(options));
}
