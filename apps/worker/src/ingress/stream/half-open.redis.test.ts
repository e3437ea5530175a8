import { connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { until } from "../../path.fixture.ts";
import { some, useDoor } from "./rig.fixture.ts";
import { openStream } from "./stream.fixture.ts";

const { rig, open } = useDoor();

/** A wire that can be cut without either side noticing: it takes bytes no longer and says nothing. */
async function wireTo(port: number) {
  const ends: Socket[] = [];
  let cut = false;
  const serverSide = { closed: false };
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    far.on("close", () => {
      serverSide.closed = true;
    });
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.push(from);
      from.on("error", () => undefined);
      from.on("data", (chunk) => {
        if (!cut) to.write(chunk);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    serverSide,
    cut: (): void => {
      cut = true;
    },
    end: (): void => {
      for (const socket of ends) socket.destroy();
      server.close();
    },
  };
}

test("a connection that has gone dead is found within 30 s, and what was not answered was not promised", async () => {
  const wire = await wireTo(rig.door.streamPort);
  const { ingest } = rig;
  const cert = ingest.pem("agent-gate-1.crt");
  const key = ingest.pem("agent-gate-1.key");
  const agent = openStream(wire.port, { ca: ingest.pem("root.crt"), cert, key });
  open.push(agent);
  agent.hello();
  await agent.wait("credits");
  agent.taps(1, some(1, 3));
  await agent.wait("ack");
  wire.cut();
  agent.taps(2, some(4, 3));
  const startedMs = performance.now();
  await until("the server hangs up", () => wire.serverSide.closed, 45_000);
  expect(performance.now() - startedMs).toBeLessThan(30_000);
  expect(agent.all("ack")).toHaveLength(1);
  expect((await ingest.archive())?.taps).toBe(3);
  wire.end();
}, 60_000);
