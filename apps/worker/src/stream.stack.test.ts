import { afterAll, beforeAll, expect, test } from "vitest";
import { archivedTaps } from "./agent.fixture.ts";
import { openStream, streamTap } from "./ingress/stream/stream.fixture.ts";
import { rawTap, setUpPath, type TestPath } from "./path.fixture.ts";

let path: TestPath;

beforeAll(async () => {
  path = await setUpPath();
});

afterAll(async () => {
  await path.end();
});

test("a tap that comes by stream is archived as any other; its verdict comes before its receipt", async () => {
  const [tracker] = path.trackers;
  const worker = await path.start();
  const pem = (name: string): string => path.files[name]?.pem ?? "";
  const stream = openStream(worker.streamPort!, {
    ca: pem("root.crt"),
    cert: pem("agent-gate-2.crt"),
    key: pem("agent-gate-2.key"),
  });
  stream.hello({ epoch: 20 });
  await stream.wait("credits");
  const forged = Buffer.from(rawTap(tracker!, 701));
  forged[forged.length - 1]! ^= 1;
  stream.taps(1, [
    streamTap(1, rawTap(tracker!, 700)),
    streamTap(2, forged),
    streamTap(3, rawTap(tracker!, 700)),
  ]);
  const [receipts] = await stream.wait("receipts");
  const kinds = stream.told
    .map(({ $case }) => $case)
    .filter((kind) => !["credits", "directive", "generation"].includes(kind));
  expect(kinds.slice(0, 4)).toEqual(["welcome", "ack", "verdicts", "receipts"]);
  expect(stream.all("verdicts")[0]).toMatchObject({
    epoch: 20,
    accepted: [1],
    duplicate: [3],
    rejected: [{ seq: 2, reason: "bad-signature" }],
  });
  const { id } = await path.prisma.segment.findFirstOrThrow({ orderBy: { id: "desc" } });
  expect(receipts?.receipts[0]).toMatchObject({
    archived: [{ segment: id, seqs: [1] }],
    duplicate: [{ segment: id, seqs: [3] }],
    rejected: [{ seq: 2, reason: "bad-signature" }],
  });
  const archived = (await archivedTaps(path)).filter((tap) => tap.tracker === tracker!.id);
  expect(archived.map(({ trackerSeq }) => trackerSeq)).toEqual([700]);
  stream.close();
  await worker.stop(2_000);
});
