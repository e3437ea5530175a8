import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const fixture = fileURLToPath(new URL("./tell-parent.fixture.ts", import.meta.url));

it("tells its parent, and goes on in order where the parent is gone", async () => {
  const child = fork(fixture, { stdio: "ignore" });
  expect((await once(child, "message"))[0]).toEqual({ type: "here" });
  const ended = once(child, "exit");
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});
