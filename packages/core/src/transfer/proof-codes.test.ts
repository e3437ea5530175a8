import { beforeAll, expect, test } from "vitest";
import { ProofError } from "../audit/index.ts";
import { issueHierarchy } from "../encryption/index.ts";
import { parseTapProof, proofCodes, type TapProof } from "./index.ts";
import { makeTapProof, nowEpochMs, signerOf } from "./tap-proof.fixture.ts";

let proof: TapProof;
let large: TapProof;

beforeAll(async () => {
  const pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
  proof = makeTapProof(3, signerOf(pki));
  // As in a log of ten million entries that a witness cosigns.
  const path = Buffer.alloc(24 * 32, 1).toString("base64");
  const { log } = proof;
  if (log === null) throw new Error("the proof has no part of the log");
  const line = `— auditor.example ${Buffer.alloc(76, 5).toString("base64")}\n`;
  large = { ...proof, log: { ...log, path, checkpoint: log.checkpoint + line } };
});

function faultOf(text: string): string {
  try {
    parseTapProof(text);
    return "read";
  } catch (error) {
    if (error instanceof ProofError) return error.fault;
    throw error;
  }
}

test("a proof goes into as few codes as hold it, and comes back the same", () => {
  for (const one of [proof, large, { ...proof, log: null }]) {
    const codes = proofCodes(one);
    for (const code of codes) {
      expect(code).toMatch(/^[0-9A-Z $%*+\-./:]+$/);
      expect(code.length).toBeLessThanOrEqual(4_296);
    }
    expect(parseTapProof(codes.join("\n"))).toEqual(one);
    expect(parseTapProof(`  ${codes.toReversed().join(" \r\n\r\n")}\n`)).toEqual(one);
  }
  expect([proofCodes(proof).length, proofCodes(large).length]).toEqual([1, 2]);
});

test("codes that are missing, mixed, cut off or of a later format have named faults", () => {
  const [first = "", second = ""] = proofCodes(large);
  const [other = ""] = proofCodes({ ...large, signature: proof.signature.replace(/^.{4}/, "AAAA") });
  for (const text of [first, second, `${other}\n${second}`, `${first}\n${second.slice(0, -1)}`, "TAPLINE/"])
    expect(faultOf(text)).toBe("malformed");
  expect(faultOf(`${first}\n${second}`.replaceAll("TAPLINE/1/", "TAPLINE/2/"))).toBe("newer-format");
});

test("any character that changes in a code is found", () => {
  const [code = ""] = proofCodes(proof);
  for (let at = 0; at < code.length; at += 1) {
    const changed = code.slice(0, at) + (code[at] === "A" ? "B" : "A") + code.slice(at + 1);
    expect(["malformed", "newer-format"], `character ${at}`).toContain(faultOf(changed));
  }
});
