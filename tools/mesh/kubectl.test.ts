import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { type Manifest, manifestSchema, nameOf } from "./manifest.ts";
import { render } from "./render.ts";
import { withComponent } from "./with-component.fixture.ts";

const overlays = join(import.meta.dirname, "../../istio/overlays");
const versionSchema = z.object({ kustomizeVersion: z.string() });

/** The kustomize within this machine's kubectl: 5 or newer, as manifests are written for; older ones know no components. */
function hasKustomize(): boolean {
  const { status, stdout } = spawnSync("kubectl", ["version", "--client", "-o", "json"], {
    encoding: "utf8",
  });
  if (status !== 0) return false;
  const version = versionSchema.safeParse(JSON.parse(stdout)).data?.kustomizeVersion;
  return Number(/^v(\d+)\./.exec(version ?? "")?.[1] ?? 0) >= 5;
}

const byName = (manifests: readonly Manifest[]) => new Map(manifests.map((one) => [nameOf(one), one]));

function built(folder: string): Map<string, Manifest> {
  const { status, stdout, stderr } = spawnSync("kubectl", ["kustomize", folder], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  expect(status, stderr).toBe(0);
  return byName(parseAllDocuments(stdout).map((document) => manifestSchema.parse(document.toJS())));
}

// A program for each, on a machine that is busy with something else.
vi.setConfig({ testTimeout: 180_000 });

describe.skipIf(!hasKustomize())("kubectl's own kustomize", () => {
  test.each(["production", "dev", "kind"])("makes of the overlay %s what is checked here", (overlay) => {
    const folder = join(overlays, overlay);
    expect(built(folder)).toEqual(byName(render(folder)));
  });

  test.each([
    "rollout",
    "components/rate-limit",
    "components/global-rate-limit",
    "components/prometheus-operator",
    "components/partitions",
    "drills/slow-console",
  ])("makes of production with %s what is checked here", (component) => {
    const seen: Map<string, Manifest>[] = [];
    const own = withComponent(["overlays/production"], component, (folder) => seen.push(built(folder)));
    expect(seen).toEqual([byName(own)]);
  });
});
