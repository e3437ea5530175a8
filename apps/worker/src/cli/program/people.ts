import type { Command } from "commander";
import { addActing, confirmed } from "./acting-options.ts";

/** `tapline people ls|recover`: accounts of the console, for whoever has the database's rights. */
export function addPeople(program: Command): void {
  const people = program.command("people").description("accounts of the console");
  people
    .command("ls")
    .description("all accounts: address, role, and how they sign in")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../people-command.ts")).list(options));
  addActing(people.command("recover"))
    .description(
      "let in again who lost password or second factor: prints a new password, once; ends sessions, authenticator app and passkeys",
    )
    .argument("<e-mail>")
    .action(
      confirmed(async (email, options) => (await import("../people-command.ts")).recover(email, options)),
    );
}
