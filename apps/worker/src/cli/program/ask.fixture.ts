/** An acting command as a process of its own, so that a test can be asked at a terminal. */
import { Command } from "commander";
import { addActing, confirmed } from "./acting-options.ts";

await addActing(new Command("x"))
  .action(
    confirmed(async ({ dryRun, seen }) => {
      process.stdout.write(dryRun === true ? "shown\n" : `done, having seen ${seen}\n`);
      return dryRun === true ? 7 : undefined;
    }),
  )
  .parseAsync(["--reason", "why"], { from: "user" });
