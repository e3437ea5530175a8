import { join } from "node:path";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import pg from "pg";
import { pathExists, runCommand } from "../servers/index.ts";

const root = join(import.meta.dirname, "../..");
const trackerCount = 200;

async function runScript(
  what: string,
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const options = { cwd: root, env, timeoutMs: 60_000 };
  await runCommand(process.execPath, [join(root, script), ...args], options).catch((cause) => {
    throw new TaplineError("unavailable", `${what}: ${messageOf(cause)}`, { cause });
  });
}

/** Makes the simulated trackers' keys where the file is missing. */
export async function makeTrackers(file: string, env: NodeJS.ProcessEnv): Promise<void> {
  if (await pathExists(file)) return;
  await runScript(
    "the simulated trackers could not be made",
    "apps/nfc-agent/src/simulated-trackers.ts",
    ["--out", file, "--count", String(trackerCount)],
    env,
  );
}

/** Enrols the simulated trackers where the registry is empty: at the first start, or with a new database. */
export async function enrolTrackers(
  file: string,
  databaseUrl: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  const { rowCount } = await client.query("SELECT 1 FROM tracker LIMIT 1").finally(() => client.end());
  if (rowCount === 0)
    await runScript(
      "the simulated trackers could not be enrolled",
      "apps/worker/src/cli/main.ts",
      [
        "tracker",
        "import",
        file,
        "--reason",
        "the simulated readers' trackers",
        "--by",
        "npm start",
        "--yes",
      ],
      env,
    );
}
