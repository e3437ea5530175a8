import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { startApi } from "./api.fixture.ts";

let running: Awaited<ReturnType<typeof startApi>>;
afterEach(() => running.api.close());

const documentSchema = z.object({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  paths: z.record(
    z.string().startsWith("/"),
    z.object({
      get: z.looseObject({ operationId: z.string(), responses: z.record(z.string(), z.unknown()) }),
    }),
  ),
  components: z.object({ schemas: z.record(z.string(), z.looseObject({})), securitySchemes: z.unknown() }),
});

it("describes every path, with schemas that the answers fit and references that lead somewhere", async () => {
  running = await startApi();
  running.tap(1);
  running.events.emit({
    type: "reader",
    status: { reader: "door", condition: "ready", detail: "", sinceEpochMs: 1 },
  });
  const document = documentSchema.parse(await (await running.get("/v1/openapi.json")).json());
  const { schemas } = document.components;
  for (const [, name = ""] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g))
    expect(Object.keys(schemas)).toContain(name);
  for (const [path, name] of [
    ["/v1/status", "Status"],
    ["/v1/readers", "ReaderPage"],
    ["/v1/readers/door", "Reader"],
    ["/v1/taps", "TapPage"],
    ["/v1/taps/1?raw=1", "Tap"],
    ["/v1/taps/2", "Problem"],
  ] as const) {
    const fits = z.fromJSONSchema(schemas[name] as z.core.JSONSchema.JSONSchema);
    expect([path, fits.safeParse(await (await running.get(path)).json()).error]).toEqual([path, undefined]);
  }
  for (const path of Object.keys(document.paths)) {
    const real = path.replace("{name}", "door").replace("{seq}", "1");
    if (path !== "/v1/events") expect((await running.get(real)).status).toBe(200);
  }
});
