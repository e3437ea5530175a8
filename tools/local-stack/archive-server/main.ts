import { readFile } from "node:fs/promises";
import { flushCompileCache } from "node:module";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { readConfig } from "./config.ts";
import { startArchiveServer } from "./start-archive-server.ts";

/** The embedded archive as a child process: sends `{type:"ready", port}`, ends with its parent or on SIGTERM. */
try {
  const config = readConfig();
  const server = await startArchiveServer({
    dir: config.dir,
    hostKey: await readFile(config.hostKeyFile, "utf8"),
    clientKey: await readFile(config.clientKeyFile, "utf8"),
    port: config.port,
  });
  const end = () => void server.stop().finally(() => process.exit(0));
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  process.once("disconnect", end);
  process.send?.({ type: "ready", port: server.port });
  // Where Node keeps what it has compiled: a process that is killed would leave nothing for its successor.
  flushCompileCache();
} catch (error) {
  const remedy = error instanceof TaplineError ? error.remedy : undefined;
  process.stderr.write(`archive server: ${messageOf(error)}${remedy === undefined ? "" : `\n${remedy}`}\n`);
  process.exitCode = 1;
  process.disconnect?.();
}
