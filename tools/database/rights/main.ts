import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { makeRolesSql, usualRolePrefix } from "./service-roles.ts";

// Prints what an administrator of a PostgreSQL runs once, so that each service has a role of its own; their rights come with the
// next migration. Each password is new and stands nowhere else: put them where the services' secrets are kept.
const { values } = parseArgs({ options: { prefix: { type: "string", default: usualRolePrefix } } });
const lines = makeRolesSql(values.prefix, () => randomBytes(24).toString("base64url"));
process.stdout.write(`${lines.join("\n")}\n`);
