import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { runMain } from "../run-main.ts";
import { drillLines, findDrill } from "./catalog.ts";

const usage = `usage: npm run drill -- <name> [--times N | --minutes M] [--seed S] [--path P] [--list]
  names:
${drillLines}
  --times    faults to bring about, or orders to play, 1 to 100,000; default 20, of the flood 10,000
  --minutes  how long to bring them about instead, 1 to 1,440 (drill chaos)
  --seed     fixes what chance decides; default: a new one, which is printed
  --path     with --seed: plays one order again, as a failed run printed it
  --list     print the names of a drill's faults and end`;

const usualTimes = 20;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      times: { type: "string" },
      minutes: { type: "string" },
      seed: { type: "string" },
      path: { type: "string" },
      list: { type: "boolean", default: false },
    },
  });
  const drill = findDrill(positionals[0]);
  const times = Number(values.times ?? drill?.usualTimes ?? usualTimes);
  const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
  const minutes = values.minutes === undefined ? undefined : Number(values.minutes);
  const isSound =
    isWithin(times, 100_000) &&
    (minutes === undefined || (drill?.takesMinutes === true && isWithin(minutes, 1_440))) &&
    Number.isInteger(seed);
  if (drill === undefined || positionals.length !== 1 || !isSound) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  if (values.list) {
    process.stdout.write(`${(drill.faultNames ?? []).join("\n")}\n`);
    return 0;
  }
  const say = (line: string): void => void process.stderr.write(`  ${line}\n`);
  const extent = minutes === undefined ? `${times} times` : `${minutes} minutes`;
  say(`drill ${drill.name}, ${extent}, seed ${seed}`);
  const { path } = values;
  const { faultsFound, ...found } = await drill.run({
    ...{ times, seed, say },
    ...(path === undefined ? {} : { path }),
    ...(minutes === undefined ? {} : { minutes }),
  });
  for (const line of faultsFound) say(`WRONG: ${line}`);
  const ok = found.lost === 0 && found.doubled === 0 && faultsFound.length === 0;
  const line = { drill: drill.name, ok, ...found, seed, ...(ok ? {} : { wrong: faultsFound }) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return ok ? 0 : 1;
}

function isWithin(count: number, most: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= most;
}

await runMain("drill", usage, main);
