import type { FirstAdmin } from "./first-admin.ts";
import type { AwayArchive, LiveCounts } from "./live-counts.ts";

/** What the summary tells. */
export type SummaryFacts = Readonly<{
  consoleUrl: string;
  /** The console's usual port where somebody else has it, so that the console is elsewhere. */
  webPortInUse: number | undefined;
  ingestUrl: string;
  archiveDir: string;
  dataDir: string;
  /** True where commands find the data folder by themselves. */
  isDefaultDataDir: boolean;
  firstAdmin: FirstAdmin | undefined;
  /** A script that restores the newest object with openssl alone; undefined while the archive is empty. */
  restoreScript: string | undefined;
  seconds: number;
}>;

const labelWidth = 10;
const row = (label: string, text: string) => `  ${label.padEnd(labelWidth)}${text}`;

function signIn(admin: FirstAdmin | undefined): string[] {
  if (admin === undefined) return [row("Sign-in", "with the account made at the first start")];
  return [
    row("Sign-in", admin.email),
    row("Password", admin.password),
    row("", "shown this once: keep it in a safe place"),
  ];
}

/** The block that tells people where everything is. */
export function summary(facts: SummaryFacts): string {
  return [
    "",
    `Tapline is running (ready in ${facts.seconds.toFixed(1)} s)`,
    "",
    row(
      "Console",
      `${facts.consoleUrl}${facts.webPortInUse === undefined ? "" : `  (${facts.webPortInUse} is in use)`}`,
    ),
    ...signIn(facts.firstAdmin),
    row(
      "Ingest",
      `${facts.ingestUrl}/v1/taps (agents' certificates; API: ${facts.ingestUrl}/v1/openapi.json)`,
    ),
    row("Archive", facts.archiveDir),
    row("Data", `${facts.dataDir} (keys in pki/, logs in logs/)`),
    row(
      "Restore",
      `${facts.isDefaultDataDir ? "" : `TAPLINE_DATA_DIR=${facts.dataDir} `}npx tapline archive restore --out DIR`,
    ),
    ...(facts.restoreScript === undefined
      ? []
      : [row("", `sh ${facts.restoreScript}  (the newest object, with openssl alone)`)]),
    row("Stop", "Ctrl-C"),
    "",
  ].join("\n");
}

const figure = (value: number) => value.toLocaleString("en-US");

/** An archive that does not do its part, named with since when, by the local clock. */
export function awayText({ archive, sinceEpochMs, why }: AwayArchive): string {
  const since = new Date(sinceEpochMs).toTimeString().slice(0, 8);
  return `archive ${archive} ${why === "misconfigured" ? "refuses us" : "not answering"} since ${since}`;
}

/** What a status line is made of. */
export type StatusFacts = Pick<LiveCounts, "agent" | "agentSilentMs" | "awayArchives">;

const spanText = (ms: number) =>
  ms < 120_000 ? `${Math.floor(ms / 1_000)} s` : `${Math.floor(ms / 60_000)} min`;

/**
 * One line: what stands in the way of taps; then figures: taps read by the local agent and what became of them. Where the agent
 * has fallen silent, that these are its last ones.
 * @param hasAgent false: none runs along, and there are no figures to wait for
 */
export function statusLine({ agent, agentSilentMs, awayArchives }: StatusFacts, hasAgent = true): string {
  const troubles = awayArchives.map(awayText);
  if (!hasAgent)
    return [...troubles, "no agent runs along: the console shows those that enrol"].join("  ·  ");
  if (agent === undefined) return [...troubles, "waiting for the agent's first figures"].join("  ·  ");
  if (agentSilentMs !== null) troubles.push(`agent silent for ${spanText(agentSilentMs)}, its last figures`);
  const figures = [
    `taps in ${figure(agent.taps)}`,
    `archived ${figure(agent.archived)}`,
    `backlog ${figure(agent.pending)}`,
    `rejected ${figure(agent.rejected)}`,
    `duplicates ${figure(agent.duplicates)}`,
  ];
  if (!agent.connected && agentSilentMs === null) figures.push("agent not connected");
  return [...troubles, ...figures].join("  ·  ");
}
