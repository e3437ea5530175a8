import { randomBytes } from "node:crypto";
import { Command } from "commander";
import { makeRolesSql, usualRolePrefix } from "./service-roles.ts";

// Prints what an administrator of a PostgreSQL runs once, so that each service has a role of its own; their rights come with the
// next migration. Each password is new and stands nowhere else: put them where the services' secrets are kept.
const { prefix } = new Command("npm run database:roles --")
  .description("Prints CREATE ROLE for each service's role in PostgreSQL, with new passwords, for psql.")
  .option("--prefix <text>", "what roles' names begin with", usualRolePrefix)
  .allowExcessArguments(false)
  .parse()
  .opts<{ prefix: string }>();
const lines = makeRolesSql(prefix, () => randomBytes(24).toString("base64url"));
process.stdout.write(`${lines.join("\n")}\n`);
