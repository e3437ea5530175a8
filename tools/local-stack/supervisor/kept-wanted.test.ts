import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepWanted, readWanted } from "./kept-wanted.ts";
import { wantedAtFirst } from "./wanted.ts";

test("what is wanted is read as it was kept, and what stood apart is in the shared process again", async () => {
  const root = await mkdtemp(join(tmpdir(), "tapline-wanted-"));
  try {
    const workloads = wantedAtFirst.workloads.map((workload) => ({ ...workload, replicas: 2 }));
    const wanted = { ...wantedAtFirst, changes: 4, workloads };
    const apart = workloads.map((workload) => ({ ...workload, isApart: true as const }));
    await keepWanted(root, { ...wanted, workloads: apart });
    expect(await readWanted(root)).toEqual(wanted);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
