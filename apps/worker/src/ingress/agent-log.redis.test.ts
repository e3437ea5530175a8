import { randomUUID } from "node:crypto";
import { status } from "@grpc/grpc-js";
import { agentCanHeader, canSendLog, mostLogLength } from "@tapline/core/tap";
import { Agent, request } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { until } from "../path.fixture.ts";
import { useDoor } from "./stream/rig.fixture.ts";

const { rig, ready } = useDoor();

const text = '{"level":30,"msg":"the agent is ready"}\n';
const report = {
  ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: 1, configRevision: 0 },
  ...{ link: "rest", clockSkewMs: null, paused: null, readers: {}, certificateEndsAtEpochMs: null },
  outbox: { epoch: 1, nextSeq: 1, taps: 0, bytes: 0, oldestAgeMs: 0 },
};

/** That gate-1 is asked for its log. */
function want() {
  const wanted = { id: randomUUID(), lines: 50 };
  rig.ingest.state.logsWanted.set("gate-1", wanted);
  return wanted;
}

async function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  const { pem } = rig.ingest;
  const connect = { ca: pem("root.crt"), cert: pem("agent-gate-1.crt"), key: pem("agent-gate-1.key") };
  const dispatcher = new Agent({ connect });
  onTestFinished(() => dispatcher.destroy());
  const answer = await request(`https://localhost:${rig.door.port}${path}`, {
    ...{ method: "POST", body: JSON.stringify(body), dispatcher },
    headers: { "content-type": "application/json", ...headers },
  });
  const said = await answer.body.text();
  return { status: answer.statusCode, body: said === "" ? null : (JSON.parse(said) as object) };
}

test("an agent is asked on its stream, when it comes or later, once each, and its log is handed on", async () => {
  const first = want();
  const agent = await ready();
  expect(await agent.wait("logWanted")).toEqual([first]);
  agent.send({ $case: "log", value: { id: first.id, text, cut: true } });
  const told = { agent: "gate-1", log: { id: first.id, text, cut: true } };
  await until("the log", () => rig.ingest.state.logsTold.length > 0);
  expect(rig.ingest.state.logsTold).toEqual([told]);
  const second = want();
  rig.ingest.tellFleet();
  rig.ingest.tellFleet();
  expect(await agent.wait("logWanted", 2)).toEqual([first, second]);
});

test("an agent of an earlier release is not asked, and it is said that it does not know how", async () => {
  const { id } = want();
  const agent = await ready("gate-1", { sendsLog: false });
  await until("what is said of it", () => rig.ingest.state.logsTold.length > 0);
  expect(rig.ingest.state.logsTold).toEqual([{ agent: "gate-1", log: { id, text: null } }]);
  expect(agent.all("logWanted")).toEqual([]);
});

test("a log that is longer than agreed ends the stream; one that breaks its form is passed over", async () => {
  const { id } = want();
  const agent = await ready();
  agent.send({ $case: "log", value: { id: "no id", text, cut: false } });
  agent.send({ $case: "log", value: { id, text: "x".repeat(mostLogLength + 1), cut: false } });
  expect(await agent.status()).toMatchObject({ code: status.INVALID_ARGUMENT });
  expect(rig.ingest.state.logsTold).toEqual([]);
});

test("an agent without a stream is asked in the answer to a report, if it says that it knows how", async () => {
  const can = { [agentCanHeader]: canSendLog };
  expect((await post("/v1/report", report, can)).body).not.toHaveProperty("log");
  const wanted = want();
  expect((await post("/v1/report", report, can)).body).toMatchObject({ log: wanted });
  expect(await post("/v1/log", { id: wanted.id, text, cut: false })).toEqual({ status: 204, body: null });
  expect(rig.ingest.state.logsTold).toEqual([{ agent: "gate-1", log: { id: wanted.id, text, cut: false } }]);
  expect((await post("/v1/log", { id: wanted.id, text: 7 })).status).toBe(400);
  expect((await post("/v1/report", report)).body).not.toHaveProperty("log");
  expect(rig.ingest.state.logsTold.at(-1)).toEqual({ agent: "gate-1", log: { id: wanted.id, text: null } });
});
