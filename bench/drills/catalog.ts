import { chaos } from "./chaos/index.ts";
import type { Drill } from "./drill.ts";
import { flood } from "./flood/index.ts";
import { kills } from "./kills/index.ts";
import { locks } from "./locks/index.ts";
import { mesh } from "./mesh/index.ts";
import { pathFaults } from "./path-faults/index.ts";
import { troubledReaders } from "./readers/index.ts";

const drills: readonly Drill[] = [kills, chaos, pathFaults, troubledReaders, locks, flood, mesh];

export const drillLines = drills.map(({ name, about }) => `    ${name.padEnd(13)}${about}`).join("\n");

export function findDrill(name: string | undefined): Drill | undefined {
  return drills.find((drill) => drill.name === name);
}
