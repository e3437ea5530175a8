import { heardWithinMs } from "@tapline/core/kpi";
import { roleNames } from "../../config.ts";
import { spanText } from "../span-text.ts";
import type { WorkerProcess } from "./standing.ts";

const lives = ({ agoMs }: WorkerProcess): boolean => agoMs <= heardWithinMs;

/** Roles that no process lives of. */
export function silentRoles(processes: readonly WorkerProcess[]): string[] {
  const alive = new Set(processes.filter(lives).flatMap(({ roles }) => roles));
  return roleNames.filter((role) => !alive.has(role));
}

/** Each role, and the processes that do its work, with their last sign of life. */
export function roleRows(processes: readonly WorkerProcess[]): [role: string, text: string][] {
  return roleNames.map((role) => {
    const its = processes.filter(({ roles }) => roles.includes(role)).map(processText);
    return [role, its.length === 0 ? "NO PROCESS" : its.join(", ")];
  });
}

function processText(process: WorkerProcess): string {
  const span = spanText(process.agoMs);
  return `${process.instance} ${lives(process) ? `heard ${span} ago` : `SILENT for ${span}`}`;
}
