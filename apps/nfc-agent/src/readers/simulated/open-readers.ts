import { openSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { type Clock, messageOf, TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import { systemCode } from "../../durable-file.ts";
import { SimulatedField } from "./field.ts";
import { SimulatedLedger } from "./ledger.ts";
import { Pace } from "./pace.ts";
import { SimulatedReaders } from "./readers.ts";
import { builtInScenarios, type Scenario, scenarioSchema } from "./scenario.ts";
import { cannotWrite, readTrackersFile } from "./trackers-file.ts";

export type SimulatedOptions = {
  /** How many readers. */
  readers: number;
  trackersPath: string;
  /** Name of a built-in scenario, or path of a JSON file. */
  scenario: string;
  /** File that the ledger is added to, one JSON object a line; null for none. */
  ledgerPath: string | null;
  /** Epoch of every tracker: larger than in any run before on these trackers. */
  epoch: number;
  /** Visits in all; null for no end. */
  taps: number | null;
  /** Fixes kinds, places and measurements. */
  seed: number;
  /** Visits per second over all readers; null for no bound. */
  perSecond: number | null;
  now: Clock;
};

/** Reads the files that simulated readers need. @throws misconfigured where one cannot be used */
export async function openSimulatedReaders(options: SimulatedOptions): Promise<SimulatedReaders> {
  const [trackers, scenario] = await Promise.all([
    readTrackersFile(options.trackersPath),
    readScenario(options.scenario),
  ]);
  const { readers, epoch, taps, seed, now } = options;
  const ledger = new SimulatedLedger(now, ledgerWriter(options.ledgerPath));
  const onLost = (place: string): void => ledger.lost(place);
  const field = new SimulatedField({ trackers, epoch, taps, seed, now, scenario, onLost });
  return new SimulatedReaders({ readers, field, pace: new Pace(options.perSecond), now, ledger, scenario });
}

/** A built-in scenario, or the one in the file of that name. @throws misconfigured where there is neither */
export async function readScenario(nameOrPath: string): Promise<Scenario> {
  const builtIn = builtInScenarios[nameOrPath];
  if (builtIn !== undefined) return builtIn;
  try {
    return scenarioSchema.parse(JSON.parse(await readFile(nameOrPath, "utf8")));
  } catch (error) {
    const why =
      error instanceof z.ZodError ? z.prettifyError(error) : (systemCode(error) ?? messageOf(error));
    throw new TaplineError("misconfigured", `the scenario ${nameOrPath} cannot be used: ${why}`, {
      remedy: `name one of ${Object.keys(builtInScenarios).join(", ")}, or a JSON file as docs/operations.md has it`,
    });
  }
}

/** Lines are with the system before the agent goes on, so that a killed agent takes none along. */
function ledgerWriter(path: string | null): (line: object) => void {
  if (path === null) return () => undefined;
  try {
    const file = openSync(path, "a", 0o600);
    return (line) => void writeSync(file, `${JSON.stringify(line)}\n`);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}
