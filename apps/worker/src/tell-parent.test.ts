import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const fixture = fileURLToPath(new URL("./tell-parent.fixture.ts", import.meta.url));

it("tells how things stand at once, and then the newest of what came meanwhile", async () => {
  const child = fork(fixture, { stdio: "ignore" });
  const told: unknown[] = [];
  child.on("message", (message) => told.push(message));
  await once(child, "message");
  while (told.length < 3) await once(child, "message");
  expect(told).toEqual([{ type: "here" }, { type: "status", figure: 1 }, { type: "status", figure: 50 }]);
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
});

it("tells its parent, and goes on in order where the parent is gone", async () => {
  const child = fork(fixture, { stdio: "ignore" });
  expect((await once(child, "message"))[0]).toEqual({ type: "here" });
  const ended = once(child, "exit");
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});
