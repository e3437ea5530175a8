import { exitCodes } from "../exit-codes.ts";
import { type LastFailure, lastFailure } from "../last-failure.ts";
import { inspectOutbox, lockHolder } from "../outbox/index.ts";
import { type Status, statusSchema, type Trouble } from "../status/index.ts";
import { askAgent } from "./ask-agent.ts";

/** What `tapline-agent status` tells, of a running agent or a stopped one. */
export type Overview = {
  running: boolean;
  safeToSwitchOff: boolean;
  /** Taps without an end, bytes on disk, age of the oldest of the taps, ms. */
  outbox: { dir: string; taps: number; bytes: number; oldestAgeMs: number };
  /** What the running agent says of itself; null where it does not run or cannot be asked. */
  status: Status | null;
  troubles: Trouble[];
};

/**
 * Asks the running agent; where none can be reached, reads the outbox without its lock.
 * @throws misconfigured where the folder may not be read
 */
export async function overviewOf(dataDir: string, outboxDir: string, nowEpochMs: number): Promise<Overview> {
  const status = await askAgent(dataDir, "/v1/status", statusSchema);
  if (status !== null) {
    const { safeToSwitchOff, outbox, troubles } = status;
    const { taps, bytes, oldestAgeMs } = outbox;
    const shown = { dir: outboxDir, taps, bytes, oldestAgeMs };
    return { running: true, safeToSwitchOff, outbox: shown, status, troubles };
  }
  const [listing, holder, failure] = await Promise.all([
    inspectOutbox(outboxDir),
    lockHolder(outboxDir),
    lastFailure(dataDir),
  ]);
  const pending = listing.taps.filter(({ state }) => state === "pending");
  const oldestAgeMs = Math.max(0, ...pending.slice(0, 1).map((tap) => nowEpochMs - tap.readAtEpochMs));
  const damage = listing.damage;
  return {
    running: holder !== null,
    safeToSwitchOff: pending.length === 0 && damage === null,
    outbox: { dir: outboxDir, taps: pending.length, bytes: listing.bytes, oldestAgeMs },
    status: null,
    troubles: [
      holder === null ? notRunning : withoutApi(holder),
      ...(failure === null ? [] : [ended(failure)]),
      ...(damage === null
        ? []
        : [{ code: "outbox-damaged", text: damage.message, remedy: damage.remedy ?? "" }]),
    ],
  };
}

/** 0: it runs and nothing is wrong. 1: it runs and has troubles. 4, 5: see `exitCodes`. */
export function exitCodeOfOverview({ running, troubles }: Overview): number {
  if (troubles.some(({ code }) => code === "outbox-damaged")) return exitCodes.outboxDamaged;
  if (!running) return exitCodes.unreachable;
  return troubles.length === 0 ? exitCodes.ok : exitCodes.failure;
}

const notRunning: Trouble = {
  code: "not-running",
  text: "the agent does not run; its outbox was read without it",
  remedy: "start it: systemctl start tapline-agent",
};

const withoutApi = (pid: number): Trouble => ({
  code: "api",
  text: `the agent runs (process ${pid}) and its local API does not answer; its outbox was read beside it`,
  remedy: "see its log: journalctl -u tapline-agent",
});

const ended = ({ message, remedy, atEpochMs }: LastFailure): Trouble => ({
  code: "ended",
  text: `at ${new Date(atEpochMs).toISOString()} it ended: ${message}`,
  remedy: remedy ?? "see its log: journalctl -u tapline-agent",
});
