import { maxTapsPerRequest, postTapSchema } from "@tapline/core/tap";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openApiDocument } from "./openapi.ts";

// What is served is JSON: what JSON drops is not part of the document.
const document = JSON.parse(JSON.stringify(openApiDocument()));
const good = { epoch: 1, seq: 1, readAtEpochMs: 1, reader: "r", payload: "AAAA" };
const { epoch, ...tap } = good;

const operationSchema = z.object({
  operationId: z.string().min(1),
  summary: z.string().min(1),
  parameters: z
    .array(z.object({ name: z.string(), in: z.enum(["query", "path", "header"]), schema: z.looseObject({}) }))
    .optional(),
  requestBody: z.object({ required: z.boolean(), content: z.record(z.string(), z.unknown()) }).optional(),
  responses: z.record(z.string().regex(/^[1-5]\d\d$/), z.looseObject({ description: z.string().min(1) })),
});

/** The parts of OpenAPI 3.1 that the document uses. */
const documentSchema = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.object({ title: z.string().min(1), version: z.string().min(1), description: z.string() }),
  paths: z.record(z.string().startsWith("/"), z.record(z.enum(["get", "post"]), operationSchema.optional())),
  components: z.strictObject({ schemas: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), z.looseObject({})) }),
});

/** Every value of a key, anywhere. */
function valuesOf(key: string, value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...valuesOf(key, inner),
  ]);
}

const component = (name: string): z.ZodType => z.fromJSONSchema(document.components.schemas[name]);

describe("the OpenAPI document", () => {
  test("has the form of OpenAPI 3.1", () => {
    const { post, get } = documentSchema.shape.paths.parse(document.paths)["/v1/taps"] ?? {};
    expect(documentSchema.safeParse(document).error).toBeUndefined();
    expect([post?.operationId, get]).toEqual(["postTaps", undefined]);
    const ids = valuesOf("operationId", document);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("refers only to what is there", () => {
    const references = valuesOf("$ref", document);
    expect(references.length).toBeGreaterThan(5);
    for (const reference of references) {
      const path = String(reference).replace(/^#\//, "").split("/");
      const found = path.reduce<unknown>((at, name) => Reflect.get(Object(at), name), document);
      expect([reference, typeof found]).toEqual([reference, "object"]);
    }
  });

  test("accepts what the door accepts, and refuses what it refuses", () => {
    const one = component("OneTap");
    const bodies = [
      good,
      { ...good, traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` },
      { ...good, seq: 0 },
      { ...good, payload: "%" },
      { ...good, reader: "" },
      { ...good, more: 1 },
      { ...good, traceparent: "x" },
      tap,
    ];
    const told = bodies.map((body) => one.safeParse(body).success);
    expect(told).toEqual(bodies.map((body) => postTapSchema.safeParse(body).success));
    expect(told).toEqual([true, true, ...Array(6).fill(false)]);
  });

  test("says what a batch is: its epoch, and 1 to the most taps, each whole", () => {
    const many = component("ManyTaps");
    const taps = (count: number) => ({ epoch, taps: Array(count).fill(tap) });
    const told = [taps(1), taps(maxTapsPerRequest), taps(0), taps(maxTapsPerRequest + 1)].map(
      (body) => many.safeParse(body).success,
    );
    expect(told).toEqual([true, true, false, false]);
    expect(many.safeParse({ epoch, taps: [{ ...tap, seq: 0 }] }).success).toBe(false);
  });

  test("describes the answers that the door gives", () => {
    const problem = { type: "urn:tapline:problem:invalid-tap", title: "t", status: 400, detail: "d" };
    const results = [
      { seq: 1, status: 202, ack: "durable" },
      { seq: null, status: 400, problem },
    ];
    expect(component("Results").safeParse({ generation: "g", results }).success).toBe(true);
    expect(component("Problem").safeParse(problem).success).toBe(true);
    expect(component("Problem").safeParse({ ...problem, status: "400" }).success).toBe(false);
  });
});
