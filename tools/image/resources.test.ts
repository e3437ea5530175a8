import { readFileSync } from "node:fs";
import { join } from "node:path";
import { meshServices } from "@tapline/core/telemetry";
import { expect, test } from "vitest";
import { z } from "zod";
import { render, valueAt } from "../mesh/index.ts";

const root = join(import.meta.dirname, "../..");

/** The table of docs/scale.md: MiB and millicores at rest and under load, as they were measured. */
const measured = new Map(
  [
    ...readFileSync(join(root, "docs/scale.md"), "utf8").matchAll(
      /^\| `(\w+)` \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|/gm,
    ),
  ].map(([, service = "", ...figures]) => {
    const [restMiB = 0, loadMiB = 0, restCores = 0, loadCores = 0] = figures.map(Number);
    return [service, { restMiB, loadMiB, restCores, loadCores }] as const;
  }),
);

const services = render(join(root, "istio/services"));
const resources = z.object({
  requests: z.object({ cpu: z.string(), memory: z.string() }),
  limits: z.object({ memory: z.string() }),
});
const mebibytes = (text: string): number => {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(text) ?? [];
  return Number(number) * (unit === "Gi" ? 1024 : 1);
};
const millicores = (text: string): number =>
  text.endsWith("m") ? Number(text.slice(0, -1)) : Number(text) * 1_000;

test("each process was measured", () => {
  expect([...measured.keys()].sort()).toEqual([...meshServices].sort());
});

test.each(meshServices)("%s is given what it was measured to need, with room above", (service) => {
  const of = measured.get(service);
  if (of === undefined) throw new Error(`${service} was not measured`);
  for (const colour of ["blue", "green"]) {
    const object = services.find(
      ({ kind, metadata }) => kind === "Deployment" && metadata.name === `${service}-${colour}`,
    );
    const { requests, limits } = resources.parse(
      valueAt(object, "spec", "template", "spec", "containers", 0, "resources"),
    );
    // Nodes are filled by what is requested: it must hold what is in memory under load.
    expect(mebibytes(requests.memory)).toBeGreaterThanOrEqual(of.loadMiB);
    expect(mebibytes(limits.memory)).toBeGreaterThanOrEqual(2 * of.loadMiB);
    expect(millicores(requests.cpu)).toBeGreaterThanOrEqual(Math.max(2 * of.restCores, of.loadCores));
  }
});
