import { parseArgs } from "node:util";
import { provision } from "../tools/test-servers/provision.ts";
import { benchNames, findBench } from "./catalog.ts";
import { finishReport, printTable } from "./report.ts";
import { runMain } from "./run-main.ts";

const usage = `usage: npm run bench -- <name> [--json] [--quick] [--row R]…
  names:   ${benchNames.join(", ")}
  --json   print the result as one JSON line
  --quick  a tenth of the work, once instead of three times
  --row    measure this row alone; may be given again (bench path, audit, watch, console, noops, scale, mesh)`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      row: { type: "string", multiple: true, default: [] },
    },
  });
  const bench = findBench(positionals[0]);
  if (bench === undefined || positionals.length !== 1) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const say = (line: string): void => void process.stderr.write(`  ${line}\n`);
  const wants = (...rows: string[]): boolean =>
    values.row.length === 0 || rows.some((row) => values.row.includes(row));
  const { chromium } = await provision(say);
  const outcome = await bench.run({ quick: values.quick, wants, chromium, say });
  const report = await finishReport(bench.name, outcome);
  process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : printTable(report));
  return report.ok ? 0 : 1;
}

await runMain("bench", usage, main);
