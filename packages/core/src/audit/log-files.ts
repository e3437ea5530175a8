import { createHash } from "node:crypto";
import { type TileName, tilePath } from "./tiles.ts";

/**
 * Where a log lies in the archive, as files that never change: tiles and bundles as c2sp.org/tlog-tiles names them, and beside
 * them each checkpoint under its size, since the archive lets nothing be overwritten that the one name `checkpoint` would need.
 */
export class LogFiles {
  readonly #prefix: string;

  /** @param origin the log's name; a folder is called after its digest, since a name may hold what a path may not */
  constructor(origin: string) {
    this.#prefix = `audit/${createHash("sha256").update(origin).digest("hex").slice(0, 16)}`;
  }

  /** Folder of the log's checkpoints. */
  get checkpoints(): string {
    return `${this.#prefix}/checkpoint`;
  }

  tile(name: TileName): string {
    return `${this.#prefix}/${tilePath(name)}`;
  }

  /** `checkpoint/x001/x234/067`: in the order of their sizes, a thousand to a folder. */
  checkpoint(size: number): string {
    const groups = checkpointGroups(size);
    return `${this.checkpoints}/${groups.join("/")}`;
  }
}

const groupsOfSize = 6;

/** Of fixed depth, so that names stand in the order of sizes. */
function checkpointGroups(size: number): string[] {
  const digits = String(size).padStart(groupsOfSize * 3, "0");
  return Array.from({ length: groupsOfSize }, (_, i) => {
    const group = digits.slice(i * 3, i * 3 + 3);
    return i === groupsOfSize - 1 ? group : `x${group}`;
  });
}

/** The size that a path of `LogFiles.checkpoint` names; null where it names none. */
export function checkpointSize(path: string): number | null {
  const groups = path.split("/").slice(-groupsOfSize);
  const isOne =
    groups.length === groupsOfSize &&
    groups.every((group, i) => /^x?\d{3}$/.test(group) && group.startsWith("x") === i < groupsOfSize - 1);
  return isOne ? Number(groups.map((group) => group.slice(-3)).join("")) : null;
}
