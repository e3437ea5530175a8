import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CelScalar, celEnv, mapType, parse, plan } from "@bufbuild/cel";
import { loadYaml } from "@kubernetes/client-node";
import { expect, test } from "vitest";
import { z } from "zod";

const manifest = join(import.meta.dirname, "../../../../../istio/base/telemetry.yaml");
const [{ filter }] = z
  .object({
    spec: z.object({ accessLogging: z.tuple([z.object({ filter: z.object({ expression: z.string() }) })]) }),
  })
  .parse(loadYaml(readFileSync(manifest, "utf8"))).spec.accessLogging;

const any = mapType(CelScalar.STRING, CelScalar.DYN);
const judged = plan(celEnv({ variables: { response: any, connection: any } }), parse(filter.expression));

/** Attributes as Envoy has them: no code where no answer of HTTP was given; the flags are the bits of a number. */
type Seen = {
  readonly response: { code?: bigint; flags: bigint };
  readonly connection?: { termination_details?: string };
};

test.each<[string, Seen, boolean]>([
  ["an answer that is good", { response: { code: 200n, flags: 0n } }, false],
  ["a request that was not allowed", { response: { code: 403n, flags: 0n } }, true],
  ["a service that is away", { response: { code: 503n, flags: 2n } }, true],
  ["a caller that left before the answer", { response: { flags: 4n } }, true],
  ["a connection of bytes that ended", { response: { flags: 0n } }, false],
  ["one whose host was not reached", { response: { flags: 32n } }, true],
  [
    "one that a policy refused",
    {
      response: { flags: 0n },
      connection: { termination_details: "rbac_access_denied_matched_policy[none]" },
    },
    true,
  ],
])("of what proxies log: %s", (_, { response, connection = {} }, isLogged) => {
  expect(judged({ response, connection })).toBe(isLogged);
});
