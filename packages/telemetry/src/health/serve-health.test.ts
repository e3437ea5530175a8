import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { networkInterfaces } from "node:os";
import { afterEach, expect, test } from "vitest";
import { type Health, type HealthParts, serveHealth } from "./serve-health.ts";

let health: Health | undefined;
afterEach(() => health?.close());

const serve = async (port: number, parts: Partial<HealthParts> = {}): Promise<Health> =>
  serveHealth({ port }, { notReady: () => null, metrics: () => null, ...parts });

test("lives from the start, is ready only while it serves, and knows nothing else", async () => {
  let why: string | null = "it starts";
  health = await serve(0, { notReady: () => why });
  const ask = async (path: string) => (await fetch(`http://127.0.0.1:${health?.port}${path}`)).status;
  expect([await ask("/healthz"), await ask("/readyz"), await ask("/"), await ask("/healthz/x")]).toEqual([
    200, 503, 404, 404,
  ]);
  why = null;
  expect(await ask("/readyz")).toBe(200);
  why = "it ends";
  const answer = await fetch(`http://127.0.0.1:${health.port}/readyz`);
  expect([answer.status, await answer.text()]).toEqual([503, "not ready: it ends\n"]);
});

test("tells metrics in Prometheus's form once there are some, and 503 where they cannot be gathered", async () => {
  let metrics: HealthParts["metrics"] = () => null;
  health = await serve(0, { metrics: () => metrics() });
  const ask = () => fetch(`http://127.0.0.1:${health?.port}/metrics`);
  expect((await ask()).status).toBe(503);
  metrics = async () => ({ text: "tapline_info 1\n", contentType: "text/plain; version=0.0.4" });
  const told = await ask();
  expect([told.status, told.headers.get("content-type")]).toEqual([200, "text/plain; version=0.0.4"]);
  expect(await told.text()).toBe("tapline_info 1\n");
  metrics = () => Promise.reject(new Error("no"));
  expect((await ask()).status).toBe(503);
});

test("fails where its port is taken, and answers nobody once closed", async () => {
  health = await serve(0);
  const { port } = health;
  await expect(serve(port)).rejects.toMatchObject({ code: "EADDRINUSE" });
  health.close();
  await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
});

test("answers probes from elsewhere where it is told to, and tells them nothing else", async (task) => {
  const outside = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === "IPv4" && !one.internal)?.address;
  if (outside === undefined) return task.skip("this machine has no address but loopback");
  const metrics = async () => ({ text: "tapline_info 1\n", contentType: "text/plain" });
  let why: string | null = null;
  health = await serveHealth({ port: 0, host: "0.0.0.0" }, { notReady: () => why, metrics: () => metrics() });
  const ask = async (host: string, path: string) =>
    (await fetch(`http://${host}:${health?.port}${path}`)).status;
  expect([await ask(outside, "/healthz"), await ask(outside, "/readyz")]).toEqual([200, 200]);
  expect([await ask(outside, "/metrics"), await ask("127.0.0.1", "/metrics")]).toEqual([404, 200]);
  why = "Redis does not let it in";
  const answer = await fetch(`http://${outside}:${health.port}/readyz`);
  expect([answer.status, await answer.text()]).toEqual([503, "no\n"]);
});

test("tells metrics at each address of loopback, but not to a mesh's proxy, which brings in strangers from 127.0.0.6", async (task) => {
  if (process.platform !== "linux") return task.skip("loopback has one address here");
  const host = "127.0.3.7";
  const metrics = async () => ({ text: "tapline_info 1\n", contentType: "text/plain" });
  health = await serveHealth({ port: 0, host }, { notReady: () => null, metrics: () => metrics() });
  const ask = async (localAddress: string, path: string) => {
    const asking = get({ host, port: health?.port, path, localAddress, agent: false });
    const [answer] = (await once(asking, "response")) as [IncomingMessage];
    return answer.resume().statusCode;
  };
  expect([await ask("127.0.0.1", "/metrics"), await ask(host, "/metrics")]).toEqual([200, 200]);
  expect([await ask("127.0.0.6", "/metrics"), await ask("127.0.0.6", "/readyz")]).toEqual([404, 200]);
});
