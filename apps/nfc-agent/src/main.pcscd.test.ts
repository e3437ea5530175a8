import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  missingPcsc,
  type Pcscd,
  someTap,
  startPcscd,
  type2Card,
  type4Card,
} from "../../../tools/test-servers/pcscd/index.ts";
import { IngestServer, issuePki } from "./delivery/ingest-server.fixture.ts";

const missing = await missingPcsc();
const until = (check: () => void) => vi.waitFor(check, { timeout: 60_000, interval: 20 });
const main = new URL("./main.ts", import.meta.url);

let daemon: Pcscd;
let server: IngestServer;
let root = "";
let agent: ChildProcess;

async function startAgent(url: string): Promise<void> {
  agent = fork(main, [], {
    env: {
      PCSCLITE_CSOCK_NAME: daemon.socketPath,
      TAPLINE_AGENT_READER_KIND: "pcsc",
      TAPLINE_AGENT_DATA_DIR: root,
      TAPLINE_AGENT_API_PORT: "0",
      TAPLINE_AGENT_INGEST_URL: url,
      TAPLINE_AGENT_LINK: "rest",
      TAPLINE_AGENT_CA: join(root, "trust.pem"),
      TAPLINE_AGENT_CERT: join(root, "agent-local.crt"),
      TAPLINE_AGENT_KEY: join(root, "agent-local.key"),
    },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  await once(agent, "message");
}

afterEach(async () => {
  agent.kill("SIGKILL");
  await server.close();
  await daemon.stop();
  await rm(root, { recursive: true, force: true });
});

describe.skipIf(missing !== null)("the agent at a real pcscd", { timeout: 120_000 }, () => {
  it("brings what lies on its readers to the door, also what was laid there while it was dead", async () => {
    const pki = await issuePki();
    root = await mkdtemp(join(tmpdir(), "tapline-agent-"));
    for (const [name, file] of Object.entries(pki)) await writeFile(join(root, name), file.pem);
    server = new IngestServer(pki);
    const url = await server.listen();
    daemon = await startPcscd({ readers: 2 });
    const [one, two, three] = [someTap(), someTap(200), someTap()];
    const delivered = () => new Set(server.ledger.payloads.values());
    const base64 = (taps: Buffer[]) => new Set(taps.map((tap) => tap.toString("base64")));
    await startAgent(url);
    const cards = await Promise.all([
      daemon.readers[0]!.insert(type2Card({ message: () => one })),
      daemon.readers[1]!.insert(type4Card({ message: () => two })),
    ]);
    await until(() => expect(delivered()).toEqual(base64([one, two])));
    agent.kill("SIGKILL");
    await once(agent, "exit");
    await Promise.all(cards.map((card) => card.remove()));
    await daemon.readers[1]!.insert(type4Card({ message: () => three }));
    await startAgent(url);
    await until(() => expect(delivered()).toEqual(base64([one, two, three])));
    expect(server.ledger.payloads.size).toBe(3);
  });
});
