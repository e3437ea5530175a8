import { TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import { readConfig } from "../config.ts";
import { readerPageSchema } from "../local-api/schemas.ts";
import type { ReaderView } from "../status/index.ts";
import { askAgent } from "./ask-agent.ts";
import { withDataDir } from "./data-dir-option.ts";
import { tableText } from "./words.ts";

/** `tapline-agent readers`: the readers of the running agent. */
export function addReaders(program: Command): void {
  withDataDir(program.command("readers"))
    .description("list the readers that the running agent sees")
    .option("--json", "print one JSON array")
    .action(async ({ dataDir, json }: { dataDir?: string; json?: true }) => {
      const readers = await allReaders(readConfig(undefined, dataDir).dataDir);
      process.stdout.write(json ? `${JSON.stringify(readers)}\n` : readersText(readers));
    });
}

async function allReaders(dataDir: string): Promise<ReaderView[]> {
  const readers: ReaderView[] = [];
  for (let next: string | null = ""; next !== null; ) {
    const query = new URLSearchParams({ limit: "1000", after: next });
    const page: { readers: ReaderView[]; next: string | null } | null = await askAgent(
      dataDir,
      `/v1/readers?${query}`,
      readerPageSchema,
    );
    if (page === null)
      throw new TaplineError("unavailable", "the agent cannot be asked for its readers", {
        remedy: "see whether it runs: tapline-agent status",
      });
    readers.push(...page.readers);
    next = page.next;
  }
  return readers;
}

function readersText(readers: readonly ReaderView[]): string {
  if (readers.length === 0) return "No reader is there: see `tapline-agent status`.\n";
  const time = (atEpochMs: number | null) => (atEpochMs === null ? "-" : new Date(atEpochMs).toISOString());
  return tableText([
    ["reader", "condition", "taps", "failures", "last tap", "detail"],
    ...readers.map((one) => [
      one.reader,
      one.condition,
      one.taps,
      one.failures,
      time(one.lastTapAtEpochMs),
      one.detail,
    ]),
  ]);
}
