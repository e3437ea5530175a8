import { type Command, Option } from "commander";
import { addActing, confirmed } from "./acting-options.ts";
import { wholeNumber } from "./forms.ts";

/** `tapline scale`: how many processes of a service there are. */
export function addScale(program: Command): void {
  addActing(program.command("scale").argument("<service>").argument("<processes>", "1 to 32", wholeNumber))
    .description("have so many processes of a service beside the running npm start")
    .addOption(new Option("--colour <colour>", "of which colour").choices(["blue", "green"]).default("blue"))
    .addHelpText(
      "after",
      "\nWhat goes is drained first: nothing is lost. What is asked for holds from start to start.",
    )
    .action(
      confirmed(async (service, processes, options) =>
        (await import("../scale.ts")).scale(service, processes, options),
      ),
    );
}
