import type { Landscape } from "@tapline/core/noops";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  ActuatorProbe,
  type ActuatorUnderTest,
  find,
  isReady,
  life,
  settled,
  withinMs,
} from "./actuator-probe.ts";

export type { ActuatorUnderTest } from "./actuator-probe.ts";

const testMs = 400_000;

/** What every side of the actuator port does alike. */
export function actuatorContract(name: string, open: () => Promise<ActuatorUnderTest>): void {
  describe(`${name}, as an actuator,`, () => {
    let probe: ActuatorProbe | undefined;
    const opened = (): ActuatorProbe => probe ?? expect.unreachable("it is not open");
    beforeAll(async () => {
      probe = new ActuatorProbe(await open());
    }, testMs);
    afterAll(() => probe?.side.close(), testMs);
    describeScaling(opened);
    describeGuards(opened);
    describeMesh(opened);
    describeNewLives(opened);
    describeReleases(opened);
  });
}

function describeScaling(opened: () => ActuatorProbe): void {
  test("shows a service's replica, ready, with all that it serves", async () => {
    const probe = opened();
    const workload = await probe.until(probe.blue, settled(1));
    expect(workload).toMatchObject({ release: null, bounds: null });
    expect(workload.replicas[0]?.services).toContain(probe.side.service);
  });

  test("tells watchers at once, and of each change until they go", { timeout: testMs }, async () => {
    const probe = opened();
    const seen: Landscape[] = [];
    const off = probe.side.actuator.watch(
      (landscape) => void seen.push(landscape),
      (error) => expect.unreachable(String(error)),
    );
    await expect.poll(() => seen.length, { timeout: withinMs }).toBeGreaterThan(0);
    await probe.act({ kind: "scale", workload: probe.blue, replicas: 2 });
    const isTold = () => seen.some((landscape) => settled(2)(find(landscape, probe.blue)));
    await expect.poll(isTold, { timeout: withinMs }).toBe(true);
    off();
  });

  test("scales down: what stays was not touched", { timeout: testMs }, async () => {
    const probe = opened();
    const before = await probe.until(probe.blue, settled(2));
    const scale = { kind: "scale", workload: probe.blue, replicas: 1 } as const;
    const { revision } = await probe.act(scale, { revision: before.revision });
    const after = await probe.until(probe.blue, settled(1));
    expect(after.revision).toBe(revision);
    expect(before.replicas.map(life)).toContain(life(after.replicas[0]));
  });
}

function describeGuards(opened: () => ActuatorProbe): void {
  test("refuses who looked before somebody else acted, and changes nothing", {
    timeout: testMs,
  }, async () => {
    const probe = opened();
    const { revision } = await probe.look(probe.blue);
    expect((await probe.scaled(probe.blue, 2)).revision).not.toBe(revision);
    const scale = { kind: "scale", workload: probe.blue, replicas: 1 } as const;
    expect(await probe.refusal(scale, { revision })).toBe("conflict");
    expect((await probe.look(probe.blue)).wanted).toBe(2);
  });

  test("refuses a decider whose lease is over; a person needs none", { timeout: testMs }, async () => {
    const probe = opened();
    const scale = (replicas: number) => ({ kind: "scale", workload: probe.blue, replicas }) as const;
    await probe.act(scale(2), { fence: 10 });
    expect(await probe.refusal(scale(1), { fence: 9 })).toBe("fenced");
    expect((await probe.look(probe.blue)).wanted).toBe(2);
    await probe.act(scale(1), { fence: null });
    await probe.until(probe.blue, settled(1));
  });

  test("names what it does not know", async () => {
    const probe = opened();
    const nowhere = { service: "cook", colour: "blue" } as const;
    const stranger = { kind: "replace", workload: probe.blue, replica: "none-such" } as const;
    expect(await probe.refusal({ kind: "scale", workload: nowhere, replicas: 1 })).toBe("unknown");
    expect(await probe.refusal(stranger)).toBe("unknown");
    expect(await probe.refusal({ kind: "retire", workload: probe.green })).toBe("unknown");
  });
}

function describeMesh(opened: () => ActuatorProbe): void {
  test("refuses what only a mesh does where none says how the service is connected to, and says so", async () => {
    const probe = opened();
    const { service } = probe.side;
    const outliers = {
      consecutiveErrors: 5,
      intervalMs: 5_000,
      baseEjectionMs: 30_000,
      maxEjectionPercent: 50,
    };
    for (const act of [
      { kind: "connections", service, maxConnections: 64 } as const,
      { kind: "outlier-detection", service, ...outliers } as const,
      { kind: "retries", service, attempts: 1 } as const,
    ])
      expect(await probe.refusal(act)).toBe("unsupported");
  });
}

function describeNewLives(opened: () => ActuatorProbe): void {
  test("starts again what died, by itself", { timeout: testMs }, async () => {
    const probe = opened();
    const [replica] = (await probe.scaled(probe.blue, 1)).replicas;
    await probe.side.kill(replica?.name ?? "");
    await probe.until(probe.blue, (now) => settled(1)(now) && life(now.replicas[0]) !== life(replica));
  });

  test("restarts all replicas and always has one ready", { timeout: testMs }, async () => {
    const probe = opened();
    const before = (await probe.scaled(probe.blue, 2)).replicas.map(life);
    const least = probe.leastReady(probe.blue);
    await probe.act({ kind: "restart", workload: probe.blue });
    await probe.until(
      probe.blue,
      (now) => settled(2)(now) && now.replicas.every((replica) => !before.includes(life(replica))),
    );
    expect(least()).toBeGreaterThan(0);
  });

  test("replaces one replica and leaves the others alone", { timeout: testMs }, async () => {
    const probe = opened();
    const [old, other] = (await probe.scaled(probe.blue, 2)).replicas.toReversed();
    await probe.act({ kind: "replace", workload: probe.blue, replica: old?.name ?? "" });
    const after = await probe.until(
      probe.blue,
      (now) => settled(2)(now) && now.replicas.every((replica) => life(replica) !== life(old)),
    );
    expect(after.replicas.map(life)).toContain(life(other));
    await probe.scaled(probe.blue, 1);
  });
}

function describeReleases(opened: () => ActuatorProbe): void {
  test("runs a release beside what runs, and retires it once asked", { timeout: testMs }, async () => {
    const probe = opened();
    const release = { id: "contract-1", version: probe.side.version, config: { LOG_LEVEL: "warn" } };
    await probe.act({ kind: "place", workload: probe.green, release, replicas: 1 });
    expect((await probe.until(probe.green, settled(1))).release).toBe("contract-1");
    expect((await probe.look(probe.blue)).replicas.every(isReady)).toBe(true);
    await probe.act({ kind: "retire", workload: probe.green });
    await probe.until(probe.green, (now) => now.replicas.length === 0);
    expect((await probe.look(probe.blue)).replicas.some(isReady)).toBe(true);
  });

  test("refuses to retire what nobody else is ready for", async () => {
    const probe = opened();
    expect(await probe.refusal({ kind: "retire", workload: probe.blue })).toBe("refused");
  });

  test("shares only with a colour that is ready, and retires none that gets some", {
    timeout: testMs,
  }, async () => {
    const probe = opened();
    const { shared: service, version, actuator } = probe.side;
    const other = { service, colour: "green" } as const;
    const share = (greenPercent: number) => ({ kind: "share", service, greenPercent }) as const;
    expect(await probe.refusal(share(10))).toBe("refused");
    const release = { id: "contract-2", version, config: {} };
    await probe.act({ kind: "place", workload: other, release, replicas: 1 });
    await probe.until(other, settled(1));
    const { revision } = await probe.act(share(10));
    expect((await actuator.look()).shares[service]).toEqual({ greenPercent: 10, revision });
    expect(await probe.refusal({ kind: "retire", workload: other })).toBe("refused");
    await probe.act(share(0));
    await probe.act({ kind: "retire", workload: other });
    await probe.until(other, (now) => now.replicas.length === 0);
  });
}
