/** Writes the Prisma client from prisma/schema.prisma: `npm run generate`. */
import { join } from "node:path";
import { runCommand } from "../servers/index.ts";
import { generateEnvironment } from "./config.ts";

const root = join(import.meta.dirname, "../..");
await runCommand(process.execPath, [join(root, "node_modules/prisma/build/index.js"), "generate"], {
  cwd: root,
  env: generateEnvironment(),
});
