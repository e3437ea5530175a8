import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { edgesOfProduction, edgesWithPostgresql } from "./edges-of-components.ts";
import { judge } from "./judge.ts";
import { nameOf } from "./manifest.ts";
import { readManifests, render } from "./render.ts";
import { survivorsOf } from "./surviving-lines.fixture.ts";

const istio = join(import.meta.dirname, "../../istio");
const objects = render(join(istio, "overlays/production"));
const own = readManifests(join(istio, "components/redis-sentinel/access.yaml")).map(nameOf);
const policies = objects.filter((one) => own.includes(nameOf(one)));

describe("a Redis that fails over", () => {
  test("is let through by its pods' own edges and those to its sentinels, which no line of a policy may lack", () => {
    expect(policies).toHaveLength(3);
    expect(judge(objects, edgesOfProduction)).toEqual([]);
    expect(judge(objects, edgesWithPostgresql)).not.toEqual([]);
    expect(survivorsOf(policies, objects, edgesOfProduction)).toEqual([]);
  }, 120_000);
});
