import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { agentUri, issueLeaf, openAgentsAuthority } from "@tapline/core/encryption";
import { rawOf } from "@tapline/core/transfer";
import pg from "pg";
import { runCommand } from "../../../tools/servers/index.ts";
import { archivedTaps, baseEnvironment, type Installation } from "../../installation/index.ts";
import { endlessTaps } from "../../load/taps.ts";
import type { AgentsFared } from "../drill.ts";
import { sha256 } from "../read-archive.ts";
import { availability, percent } from "./availability.ts";
import { PostingAgent } from "./posting-agent.ts";

const names = ["drill-1", "drill-2", "drill-3", "drill-4"] as const;
const tapsPerSecond = 5;
const trackersEach = 50;
const dayMs = 24 * 3_600_000;
const settleWithinMs = 300_000;
const lookEveryMs = 2_000;

/** Agents of the drill's own, by which it sees the door as agents do. */
export class Fleet {
  readonly #agents: readonly PostingAgent[];
  /** Digests of all taps that they were given. */
  readonly #digests: ReadonlySet<string>;
  readonly #startedAtEpochMs = Date.now();

  private constructor(agents: readonly PostingAgent[], digests: ReadonlySet<string>) {
    this.#agents = agents;
    this.#digests = digests;
    for (const agent of agents) agent.start();
  }

  /** Enrols their trackers, gives them certificates of the installation's own authority, and lets them send. @param connectsAnew with each sending */
  static async start(
    dataDir: string,
    databaseUrl: string,
    ingestPort: number,
    connectsAnew = false,
  ): Promise<Fleet> {
    const pki = (name: string) => readFile(join(dataDir, "pki", name), "utf8");
    const [ca, authorityPem, authorityKey] = await Promise.all([
      pki("root.crt"),
      pki("agents.crt"),
      pki("agents.key"),
    ]);
    const issuer = await openAgentsAuthority(authorityPem, authorityKey);
    const times = { notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + dayMs) };
    const sources = names.map(() => endlessTaps(trackersEach));
    await enrol(
      join(dataDir, "drill-trackers.json"),
      sources.flatMap(({ trackers }) => trackers),
      databaseUrl,
    );
    const digests = new Set<string>();
    const agents = await Promise.all(
      sources.map(async ({ next }, at) => {
        const name = names[at] ?? "";
        const subject = { commonName: `Tapline agent ${name}`, organisation: "Tapline", issuer };
        const { certPem, keyPem } = await issueLeaf(
          { ...subject, use: "client", uri: agentUri(name) },
          times,
        );
        return new PostingAgent({
          ...{ url: `https://localhost:${ingestPort}`, tls: { ca, cert: certPem, key: keyPem } },
          ...{ tapsPerSecond, connectsAnew },
          nextPayload: () => {
            const payload = next();
            digests.add(sha256(payload));
            return payload;
          },
        });
      }),
    );
    return new Fleet(agents, digests);
  }

  /** Gives them nothing more to send. @throws Error where what they had was not taken after a while */
  async stop(): Promise<void> {
    await Promise.all(this.#agents.map((agent) => agent.stop(settleWithinMs)));
  }

  /** Once they have stopped: waits until their taps are archived, or for a while. */
  async fared(
    installation: Pick<Installation, "databaseUrl" | "archiveDir" | "archiveKey">,
  ): Promise<AgentsFared> {
    const end = performance.now() + settleWithinMs;
    let archived = await this.#archived(installation);
    while (archived < this.#digests.size && performance.now() < end) {
      await sleep(lookEveryMs);
      archived = await this.#archived(installation);
    }
    return {
      ...availability(
        this.#agents.flatMap(({ attempts }) => attempts),
        this.#agents.flatMap(({ tookMs }) => tookMs),
      ),
      ...{ taken: this.#digests.size, archived, archivedPercent: percent(archived, this.#digests.size) },
      operatorActs: await operatorActs(installation.databaseUrl, this.#startedAtEpochMs),
    };
  }

  async #archived({
    archiveDir,
    archiveKey,
  }: Pick<Installation, "archiveDir" | "archiveKey">): Promise<number> {
    const found = new Set<string>();
    for await (const tap of archivedTaps(archiveDir, archiveKey)) {
      const digest = sha256(rawOf(tap));
      if (this.#digests.has(digest)) found.add(digest);
    }
    return found.size;
  }
}

async function enrol(file: string, trackers: readonly object[], databaseUrl: string): Promise<void> {
  await writeFile(file, JSON.stringify(trackers));
  const cli = new URL("../../../apps/worker/src/cli/main.ts", import.meta.url).pathname;
  await runCommand(process.execPath, [cli, "tracker", "import", file, "--reason", "a drill", "--yes"], {
    env: { ...baseEnvironment(), DATABASE_URL: databaseUrl },
  });
}

/** How often a person did something since then, by the audit log. */
async function operatorActs(databaseUrl: string, sinceEpochMs: number): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ acts: number }>(
      "SELECT count(*)::int AS acts FROM audit_entry WHERE actor_kind = 'operator' AND recorded_at > $1",
      [new Date(sinceEpochMs)],
    );
    return rows[0]?.acts ?? 0;
  } finally {
    await client.end();
  }
}
