import { parseArgs } from "node:util";
import { setUserCommands } from "./service-users.ts";
import { newPassword, writeUsers } from "./write-users.ts";

// Prints what an administrator of a Redis runs, so that each service has a user of its own with its rights. Each password is new and
// stands nowhere else: put them where the services' secrets are kept. After an upgrade `--keep-passwords` leaves those as they are.
// With `--into` it writes an ACL file for a Redis of ours in a cluster instead, and each user's URL beside it; a folder that it wrote before
// says by itself where that Redis is, and how its users are called.
const { values } = parseArgs({
  options: {
    prefix: { type: "string" },
    "keep-passwords": { type: "boolean", default: false },
    into: { type: "string" },
    url: { type: "string" },
  },
});
if (values.into === undefined) {
  const lines = setUserCommands(values["keep-passwords"] ? null : newPassword, values.prefix);
  process.stdout.write(`${lines.join("\n")}\n`);
} else {
  await writeUsers(values.into, values.url, values.prefix);
  process.stdout.write(`${values.into}: users.acl, and a URL for each user\n`);
}
