import { agentBench } from "./agent/index.ts";
import { auditBench } from "./audit/index.ts";
import type { Bench } from "./bench.ts";
import { consoleBench } from "./console/index.ts";
import { meshBench } from "./mesh/index.ts";
import { noopsBench } from "./noops/index.ts";
import { pathBench } from "./path/index.ts";
import { scaleBench } from "./scale/index.ts";
import { tapToArchive } from "./tap-to-archive/index.ts";
import { watchBench } from "./watch/index.ts";

const benches: readonly Bench[] = [
  { name: "tap-to-archive", run: tapToArchive },
  { name: "agent", run: agentBench },
  { name: "path", run: pathBench },
  { name: "audit", run: auditBench },
  { name: "watch", run: watchBench },
  { name: "console", run: consoleBench },
  { name: "noops", run: noopsBench },
  { name: "scale", run: scaleBench },
  { name: "mesh", run: meshBench },
];

export const benchNames = benches.map(({ name }) => name);

export function findBench(name: string | undefined): Bench | undefined {
  return benches.find((bench) => bench.name === name);
}
