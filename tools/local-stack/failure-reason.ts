const levelError = 50;

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** The message of a log record of ours (pino): the error's where it holds one, in full or in words. */
function messageIn(record: Record<string, unknown>): string | undefined {
  const { err, error, msg } = record;
  const inner = typeof err === "object" && err !== null && "message" in err ? err.message : undefined;
  if (typeof inner === "string" && inner !== "") return inner;
  if (typeof error === "string" && error !== "") return error;
  return typeof msg === "string" && msg !== "" ? msg : undefined;
}

/** Lines of Node's own report of an uncaught error that tell people nothing. */
const isNoise = (line: string) => /^(\s+|Node\.js v|node:|file:|[{}^])/.test(line);

/**
 * Why a program of ours ended, in one sentence out of what it wrote in this life: its last words ("tapline worker: …"),
 * else the last logged error, else the last line that is for people. Undefined where it said nothing.
 */
export function failureReason(output: string): string | undefined {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const records = lines.map(parse);
  const plain = lines.filter((line, index) => records[index] === undefined && !isNoise(line));
  const errors = records.filter((record) => Number(record?.level) >= levelError);
  const logged = errors.flatMap((record) => messageIn(record ?? {}) ?? []);
  const lastWords = plain.findLast((line) => line.startsWith("tapline "));
  const thrown = plain.findLast((line) => /^\w*Error\b.*: /.test(line));
  return lastWords ?? thrown ?? plain.at(-1) ?? logged.at(-1);
}
