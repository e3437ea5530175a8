import type { Drill } from "./drill.ts";
import { kills } from "./kills/index.ts";
import { troubledReaders } from "./readers/index.ts";

const drills: readonly Drill[] = [kills, troubledReaders];

export const drillLines = drills.map(({ name, about }) => `    ${name.padEnd(10)}${about}`).join("\n");

export function findDrill(name: string | undefined): Drill | undefined {
  return drills.find((drill) => drill.name === name);
}
