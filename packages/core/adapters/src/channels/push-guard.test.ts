import type { LookupAddress } from "node:dns";
import { expect, test } from "vitest";
import { AddressGuard, PushGuard } from "./guards/index.ts";
import { WebhookSender } from "./index.ts";
import { startHttpReceiver } from "./receivers.fixture.ts";

const reasonOf = (guard: PushGuard, url: string): string => {
  try {
    guard.assertUrl(new URL(url));
    return "";
  } catch (error) {
    return String(error);
  }
};

const lookup = (guard: PushGuard, host: string, all = true) =>
  new Promise<string | LookupAddress[]>((resolve, reject) => {
    guard.lookup(host, { all }, (error, found) => (error === null ? resolve(found) : reject(error)));
  });

test("browsers are notified by https, and at no address of this machine or its networks", () => {
  const guard = new PushGuard([]);
  expect(reasonOf(guard, "http://push.example/x")).toContain("by https alone");
  for (const host of ["127.0.0.1", "10.0.0.1", "0x7f.1", "169.254.169.254", "[::1]", "[::ffff:a00:1]"])
    expect(reasonOf(guard, `https://${host}/x`), host).toContain("on the open internet alone");
  expect(reasonOf(guard, "https://push.example:8443/x")).toBe("");
});

test("where push services are named no other is reached", () => {
  const guard = new PushGuard(["FCM.googleapis.com", "*.push.apple.com"]);
  const isRefused = (host: string) => reasonOf(guard, `https://${host}/x`).includes("TAPLINE_PUSH_SERVICES");
  const hosts = ["fcm.googleapis.com", "web.push.apple.com", "a.b.push.apple.com"];
  expect(hosts.filter(isRefused)).toEqual([]);
  const others = ["push.apple.com", "evilpush.apple.com.example", "xpush.apple.com", "x.fcm.googleapis.com"];
  expect(others.filter((host) => !isRefused(host))).toEqual([]);
});

test("a name is judged each time by what it leads to then, and told to nobody", async () => {
  const answers = [["8.8.8.8", "2606:4700::1111"], ["8.8.8.8", "127.0.0.1"], ["fd00::1"]];
  const guard = new PushGuard([], async () => answers.shift() ?? []);
  expect(await lookup(guard, "push.example")).toEqual([
    { address: "8.8.8.8", family: 4 },
    { address: "2606:4700::1111", family: 6 },
  ]);
  for (let i = 0; i < 2; i++) {
    const refused = lookup(guard, "push.example").catch(String);
    expect(await refused).toContain("on the open internet alone");
    expect(await refused).not.toMatch(/127\.0|fd00/);
  }
  await expect(lookup(guard, "push.example")).rejects.toThrow("no address");
  const one = new PushGuard([], async () => ["8.8.4.4"]);
  expect(await lookup(one, "push.example", false)).toBe("8.8.4.4");
});

test("what webhooks may reach browsers may not name, and a name that turns is refused as it is connected to", async () => {
  const receiver = await startHttpReceiver();
  const { port } = new URL(receiver.url);
  const toBrowsers = new WebhookSender(new PushGuard([], async () => ["127.0.0.1"]));
  const toHooks = new WebhookSender(new AddressGuard(["127.0.0.0/8"]));
  expect(await toHooks.post(receiver.url, {}, "{}")).toEqual({ kind: "sent" });
  for (const url of [receiver.url, `https://127.0.0.1:${port}/`, `https://push.example:${port}/`])
    expect(await toBrowsers.post(url, {}, "{}"), url).toMatchObject({ kind: "refused" });
  expect(receiver.posted).toHaveLength(1);
  toBrowsers.close();
  toHooks.close();
  await receiver.close();
});
