import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EnrolmentServer, refusal } from "./enrolment-server.fixture.ts";
import { enrol, type Identity, type IdentityTrouble, Renewal, readIdentity } from "./index.ts";

const minuteMs = 60_000;
let server: EnrolmentServer;
let url: string;
let dir: string;
let skewMs: number;
let first: Identity;
let renewed: Identity[];
let troubles: (IdentityTrouble | null)[];
let running: Renewal | null;

/** A clock that the test moves on; the server, whose TLS follows the real one, shares it as far as it goes. */
const now = () => Date.now() + skewMs;

beforeEach(async () => {
  [skewMs, renewed, troubles, running] = [0, [], [], null];
  dir = await mkdtemp(join(tmpdir(), "tapline-identity-"));
  server = await EnrolmentServer.start();
  server.lifetimeMs = minuteMs;
  url = await server.listen();
  first = await enrolAnew();
});
afterEach(async () => {
  await running?.stop();
  await server.close();
  await rm(dir, { recursive: true, force: true });
});

const enrolAnew = () =>
  enrol({ server: url, token: server.token, dir, hostname: "pc", version: "1.0.0", now });

function start(identity = first): Renewal {
  running = new Renewal({
    ...{ server: url, dir, identity, now, random: () => 0 },
    onRenewed: (fresh) => renewed.push(fresh),
    onTrouble: (trouble) => troubles.push(trouble),
    // Looks again at once in real time; how long it meant to wait is judged by the injected clock.
    sleep: async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  });
  running.start();
  return running;
}

const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const renewals = () => server.asked.filter(({ path }) => path === "/v1/renew");

it("asks for nothing before half of the life, then gets a new key and certificate by the present one", async () => {
  start();
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(renewals()).toEqual([]);
  skewMs = minuteMs / 2;
  await until(() => expect(renewed.length).toBeGreaterThan(0));
  expect(renewals()[0]).toMatchObject({ agent: "desk", serial: first.serial });
  const fresh = renewed[0]!;
  expect([fresh.serial, fresh.keyPem]).not.toEqual([first.serial, first.keyPem]);
  expect((await readIdentity(dir))?.serial).toBe(running?.identity.serial);
  expect(troubles).toEqual([]);
});

it("tries again until it works, says what stands in the way, and that it is over", async () => {
  server.next.push(refusal("unavailable", 503), refusal("unavailable", 503));
  start();
  skewMs = minuteMs / 2;
  await until(() => expect(renewed.length).toBeGreaterThan(0));
  expect(troubles).toEqual([expect.objectContaining({ reason: "unavailable" }), null]);
  expect(troubles[0]?.message).toContain("it ends on");
});

it("says that it was revoked, and takes up a new enrolment by itself", async () => {
  const revoked = Array.from({ length: 1000 }, () => refusal("revoked", 403));
  server.next.push(...revoked);
  start();
  skewMs = minuteMs / 2;
  await until(() => expect(troubles.at(-1)).toMatchObject({ reason: "revoked" }));
  expect(troubles.at(-1)?.remedy).toContain("new token");
  server.next.length = 0;
  skewMs = 0;
  const anew = await enrolAnew();
  await until(() => expect(renewed.map(({ serial }) => serial)).toContain(anew.serial));
  expect(troubles.at(-1)).toBeNull();
});

it("says that the certificate has ended", async () => {
  await server.close();
  start();
  skewMs = 2 * minuteMs;
  await until(() => expect(troubles.at(-1)).toMatchObject({ reason: "expired" }));
  expect(troubles.at(-1)?.remedy).toContain("tapline-agent enrol");
  server = await EnrolmentServer.start();
  await server.listen();
});

it("stops while it waits", async () => {
  const renewal = new Renewal({
    ...{ server: url, dir, identity: first, now, random: () => 0.5 },
    onRenewed: () => undefined,
    onTrouble: () => undefined,
  });
  renewal.start();
  await renewal.stop();
});
