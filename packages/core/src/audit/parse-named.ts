import { z } from "zod";
import { ProofError } from "./proof-error.ts";

/** The one format of a kind of proofs that is written and read: JSON that names it as `format`. */
export type NamedFormat<Proof> = {
  /** `<name>/<version>`. */
  readonly format: string;
  /** How people are told of it: `proof of a tap`. */
  readonly what: string;
  readonly schema: z.ZodType<Proof>;
};

/** @throws ProofError `malformed`, `newer-format` */
export function parseNamed<Proof>(text: string, known: NamedFormat<Proof>): Proof {
  try {
    return checkNamed(JSON.parse(text), known);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new ProofError("malformed", `this is no ${known.what}: it is not JSON, or cut off`, { cause });
  }
}

/** As `parseNamed`, of what was read already. */
export function checkNamed<Proof>(value: unknown, { format, what, schema }: NamedFormat<Proof>): Proof {
  const malformed = (why: string) => new ProofError("malformed", `this is no ${what}: ${why}`);
  const named = z.looseObject({ format: z.string() }).safeParse(value);
  const [, name, version] = /^([a-z-]+)\/(\d+)$/.exec(named.success ? named.data.format : "") ?? [];
  if (version === undefined || name !== format.split("/")[0]) throw malformed("its format is not named");
  if (`${name}/${version}` !== format)
    throw new ProofError(
      "newer-format",
      `this ${what} is of format ${name}/${version}, and ${format} is known here`,
      { remedy: "verify it with a later version of Tapline" },
    );
  const proof = schema.safeParse(value);
  if (proof.success) return proof.data;
  const [issue] = proof.error.issues;
  throw malformed(`${issue?.path.join(".")}: ${issue?.message}`);
}
