/** A line of an agent's log, as it can be read. */
export interface LogLine {
  atEpochMs: number | null;
  /** `warn`, `error`; "" where the line does not say. */
  level: string;
  text: string;
  /** What else it says, as JSON; "" where nothing. */
  facts: string;
}

/** The last moment that a date can be. */
const latestEpochMs = 8.64e15;

/** By pino's numbers. */
const levels: Readonly<Record<number, string>> = {
  ...{ 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" },
};

/** The lines of a log as its agent sent them, oldest first. What is no JSON of a log stands as it is. */
export function logLines(text: string): LogLine[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(lineOf);
}

function lineOf(line: string): LogLine {
  const read = objectIn(line);
  if (read === null || typeof read.msg !== "string")
    return { atEpochMs: null, level: "", text: line, facts: "" };
  const { time, level, msg, name: _, ...rest } = read;
  return {
    atEpochMs: typeof time === "number" && Math.abs(time) <= latestEpochMs ? time : null,
    level: levels[Number(level)] ?? "",
    text: msg as string,
    facts: Object.keys(rest).length === 0 ? "" : JSON.stringify(rest),
  };
}

function objectIn(line: string): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(line);
    return typeof read === "object" && read !== null ? (read as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

/** What calls for attention in a log. */
export const isLoud = ({ level }: LogLine): boolean => level === "error" || level === "fatal";
