import canonicalize from "canonicalize";
import { TaplineError } from "./errors.ts";

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/** The RFC 8785 form of `value` in UTF-8: one value has one byte string, so it can be hashed and signed. */
export function canonicalJson(value: JsonValue): Buffer {
  const text = canonicalize(value);
  if (text === undefined)
    throw new TaplineError("invalid-input", "the value has no JSON form, so it cannot be written");
  return Buffer.from(text, "utf8");
}
