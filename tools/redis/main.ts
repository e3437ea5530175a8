import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { setUserCommands, usualUserPrefix } from "./service-users.ts";

// Prints what an administrator of a Redis runs, so that each service has a user of its own with its rights. Each password is new and
// stands nowhere else: put them where the services' secrets are kept. After an upgrade `--keep-passwords` leaves those as they are.
const { values } = parseArgs({
  options: {
    prefix: { type: "string", default: usualUserPrefix },
    "keep-passwords": { type: "boolean", default: false },
  },
});
const newPassword = () => randomBytes(24).toString("base64url");
const lines = setUserCommands(values["keep-passwords"] ? null : newPassword, values.prefix);
process.stdout.write(`${lines.join("\n")}\n`);
