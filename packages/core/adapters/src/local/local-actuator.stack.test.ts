import { refusalOf } from "@tapline/core/noops";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownVersion } from "../../../../../tools/local-stack/supervisor/find-program.ts";
import { startTestWorkers } from "../../../../../tools/local-stack/supervisor/workers.fixture.ts";
import { type ActuatorUnderTest, actuatorContract } from "../../../contracts/actuator.ts";
import { ActuatorProbe, life, settled } from "../../../contracts/actuator-probe.ts";
import { localActuator } from "./local-actuator.ts";

const testMs = 400_000;

async function open(): Promise<ActuatorUnderTest> {
  const started = await startTestWorkers();
  return {
    actuator: localActuator(started.socket),
    ...{ service: "validation", shared: "ingest", version: ownVersion() },
    kill: async (replica) => started.kill(replica),
    close: started.close,
  };
}

actuatorContract("the supervisor of npm start", open);

describe("a restart that the supervisor has taken", () => {
  let probe: ActuatorProbe | undefined;
  const opened = (): ActuatorProbe => probe ?? expect.unreachable("it is not open");
  beforeAll(async () => {
    probe = new ActuatorProbe(await open());
  }, testMs);
  afterAll(() => probe?.side.close(), testMs);

  test("is broken off between two replicas where it is halted, and the next one takes all anew", {
    timeout: testMs,
  }, async () => {
    const { blue, side } = opened();
    const before = (await opened().scaled(blue, 3)).replicas.map(life);
    const left = async () =>
      (await opened().until(blue, settled(3))).replicas.map(life).filter((each) => before.includes(each));
    await opened().act({ kind: "restart", workload: blue });
    await side.actuator.halt({ fence: 10, reason: "the contract" });
    expect((await left()).length).toBeGreaterThan(0);
    expect((await left()).length).toBeLessThan(3);
    await opened().act({ kind: "restart", workload: blue });
    await opened().until(
      blue,
      (now) => settled(3)(now) && now.replicas.every((each) => !before.includes(life(each))),
    );
  });

  test("goes on where a decider halts it whose lease is over", async () => {
    const halted = opened().side.actuator.halt({ fence: 9, reason: "the contract" });
    await expect(halted).rejects.toSatisfy((error) => refusalOf(error) === "fenced");
  });
});
