import { parseArgs } from "node:util";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { cannotWrite, createTrackersFile } from "./readers/simulated/index.ts";

const usage = "usage: node apps/nfc-agent/src/simulated-trackers.ts --out FILE --count N (1-100000)";

/** Writes the keys of N new simulated trackers to FILE. */
async function main(): Promise<void> {
  const { out, count } = parseOptions();
  try {
    await createTrackersFile(out, count);
  } catch (error) {
    throw cannotWrite(out, error);
  }
  process.stdout.write(`${count} simulated trackers written to ${out}\n`);
}

function parseOptions(): { out: string; count: number } {
  const { values } = parseArgs({ options: { out: { type: "string" }, count: { type: "string" } } });
  const count = Number(values.count);
  if (values.out === undefined || !Number.isInteger(count) || count < 1 || count > 100_000)
    throw new TaplineError("invalid-input", "--out and --count are needed");
  return { out: values.out, count };
}

try {
  await main();
} catch (error) {
  const remedy = error instanceof TaplineError ? error.remedy : undefined;
  process.stderr.write(`${messageOf(error)}\n${remedy ?? usage}\n`);
  process.exitCode = 1;
}
