import { type Clock, hasCode, messageOf, TaplineError } from "../kernel/index.ts";
import { type FaultRun, RepeatedFaults } from "./repeated-faults.ts";

/** One record of a log: facts, and a text for people. */
export type LogLine = readonly [facts: Record<string, unknown>, text: string];

/** Facts that tell one fault from another of the same text. */
const naming = ["archive", "target", "witness", "stage", "what"];

/** What says that a part does not answer: the system's words for connections, and Prisma's for the database. */
const awayCodes = new Set([
  ...["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"],
  ...["ENOTFOUND", "EAI_AGAIN", "P1001", "P1002", "P1008", "P1017"],
]);

/**
 * What a log tells of faults that come again and again, as they do while a part is away that is tried for ever: the first one
 * at once, then one line a minute with how often and since when, and one once it has not come for a minute. Where a part does
 * not answer, a line carries its words and no stack: nothing in the program is to be looked for.
 */
export class FaultLog {
  readonly #clock: Clock;
  readonly #faults = new RepeatedFaults();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Hands the arguments of a call of the log to `write`: as they are, shortened, or not at all. */
  pass(args: readonly unknown[], write: (args: readonly unknown[]) => void): void {
    const [facts, text] = args;
    const isFault = typeof facts === "object" && facts !== null && "err" in facts && typeof text === "string";
    const line = isFault ? this.told({ ...facts }, text) : args;
    if (line !== null) write(line);
  }

  /**
   * @param facts of a record; `err` is the fault, an error or its words
   * @returns the record to write in its place, or null where none is to be written now
   */
  told(facts: Readonly<Record<string, unknown>>, text: string): LogLine | null {
    const { err, ...others } = facts;
    const isAway = meansAway(err);
    // What is wrong with one segment says nothing of another.
    const names = isAway ? naming : [...naming, "segment"];
    const fault = [text, ...names.flatMap((name) => others[name] ?? [])].join(", ");
    const run = this.#faults.note(fault, kindOf(err), this.#clock());
    if (run === null) return null;
    if (run.times === 1 && !isAway) return [facts, text];
    const remedy = err instanceof TaplineError && err.remedy !== undefined ? { remedy: err.remedy } : {};
    const told = { ...others, error: messageOf(err), ...remedy };
    return run.times === 1 ? [told, text] : [{ ...told, ...span(run) }, `${text}: ${run.times} times`];
  }

  /** Faults that are over, each told once; to be asked now and then. */
  over(): LogLine[] {
    const ended = this.#faults.ended(this.#clock());
    return ended.map(({ fault, ...run }) => [span(run), `not any more, after ${run.times} times: ${fault}`]);
  }
}

function span({ times, sinceEpochMs, untilEpochMs }: FaultRun): Record<string, unknown> {
  return {
    times,
    since: new Date(sinceEpochMs).toISOString(),
    until: new Date(untilEpochMs).toISOString(),
  };
}

function kindOf(error: unknown): string {
  if (error instanceof TaplineError) return error.code;
  if (!(error instanceof Error)) return "words";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** True where a part that is needed does not answer; what comes as words alone has no stack to keep. */
function meansAway(error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  return hasCode(error, "unavailable") || awayCodes.has(kindOf(error)) || isAwayBelow(error);
}

const isAwayBelow = ({ cause }: Error): boolean => cause instanceof Error && meansAway(cause);
