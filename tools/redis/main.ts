import { messageOf } from "@tapline/core/kernel";
import { Command } from "commander";
import { setUserCommands } from "./service-users.ts";
import { newPassword, writeUsers } from "./write-users.ts";

// Prints what an administrator of a Redis runs, so that each service has a user of its own with its rights. Each password is new and
// stands nowhere else: put them where the services' secrets are kept.
const program = new Command("npm run redis:users --")
  .description("Prints ACL SETUSER for each service's user in Redis, with new passwords, for redis-cli.")
  .option("--prefix <text>", "what users' names begin with (default: tapline_, or as in the folder before)")
  .option("--keep-passwords", "rights alone, as after an upgrade: users keep the passwords that they have")
  .option("--into <folder>", "write users.acl and a URL for each user there instead; what is there is kept")
  .option(
    "--url <url>",
    "with --into: where services reach that Redis (default: as before, or the overlays')",
  )
  .allowExcessArguments(false)
  .parse();
const { prefix, keepPasswords, into, url } = program.opts<{
  prefix?: string;
  keepPasswords?: true;
  into?: string;
  url?: string;
}>();
if (into === undefined) {
  if (url !== undefined) program.error("error: --url is for --into FOLDER: what is printed has no URL");
  const lines = setUserCommands(keepPasswords ? null : newPassword, prefix);
  process.stdout.write(`${lines.join("\n")}\n`);
} else {
  if (keepPasswords)
    program.error("error: with --into passwords are kept anyway: leave --keep-passwords away");
  await writeUsers(into, url, prefix).catch((error: unknown) => program.error(`error: ${messageOf(error)}`));
  process.stdout.write(`${into}: users.acl, and a URL for each user\n`);
}
