import { afterEach, expect, test } from "vitest";
import { type Health, serveHealth } from "./health.ts";

let health: Health | undefined;
afterEach(() => health?.close());

test("lives from the start, is ready only while it serves, and knows nothing else", async () => {
  let ready = false;
  health = await serveHealth(0, () => ready);
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${health?.port}${path}`)).status;
  expect([await ask("/healthz"), await ask("/readyz"), await ask("/"), await ask("/healthz/x")]).toEqual([
    200, 503, 404, 404,
  ]);
  ready = true;
  expect(await ask("/readyz")).toBe(200);
  ready = false;
  expect(await ask("/readyz")).toBe(503);
});

test("fails where its port is taken, and answers nobody once closed", async () => {
  health = await serveHealth(0, () => true);
  const { port } = health;
  await expect(serveHealth(port, () => true)).rejects.toMatchObject({ code: "EADDRINUSE" });
  health.close();
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});
