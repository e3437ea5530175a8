import { z } from "zod";

/** Pieces that every description of a path is made of. */
export const jsonSchema = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { target: "draft-2020-12", io: "input" });
export const json = (schema: object) => ({ "application/json": { schema } });
export const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
export const refusal = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: reference("Problem") } },
});
