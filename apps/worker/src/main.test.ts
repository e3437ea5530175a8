import { fork } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { freePort } from "../../../tools/servers/index.ts";

test("a worker that waits for Redis at its start ends when its parent goes, and does not stay behind", async () => {
  const [redis, postgres] = [await freePort(), await freePort()];
  const child = fork(new URL("./main.ts", import.meta.url), {
    env: {
      ROLE: "kpi",
      REDIS_URL: `redis://127.0.0.1:${redis}`,
      DATABASE_URL: `postgresql://nobody:nothing@127.0.0.1:${postgres}/none`,
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  // It says that Redis does not answer, and waits.
  await once(child.stdout!, "data");
  child.disconnect();
  expect(await exited).toEqual([0, null]);
}, 60_000);
