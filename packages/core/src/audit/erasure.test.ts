import { expect, test } from "vitest";
import { erasure, erasureOf } from "./erasure.fixture.ts";
import {
  checkErasure,
  isErasure,
  makeLogKey,
  type NoteKey,
  openLogSigner,
  ProofError,
  provenErasureText,
} from "./index.ts";

const log = openLogSigner(makeLogKey(), "tapline.test/log");
const certificate = erasureOf(log);

function faultOf(text: string, keys: readonly NoteKey[] = [log.key]): string {
  try {
    checkErasure(text, keys);
    return "proven";
  } catch (error) {
    if (error instanceof ProofError) return error.fault;
    throw error;
  }
}

test("a certificate of erasure proves what was erased, when and by whom, and says what it does not prove", () => {
  const proven = checkErasure(certificate, [log.key]);
  expect(proven).toMatchObject({ erased: { entry: erasure.entry, field: "reason" }, index: 2 });
  const text = provenErasureText(proven);
  expect(text).toContain(
    `the reason of entry ${erasure.entry} was erased\n  at 2026-11-28T12:00:00.000Z by operator ann`,
  );
  expect(text).toContain("not proven: that the words are gone everywhere");
});

test("every single bit that changes in a certificate is found, but for the time that nothing vouches for and nobody is told", {
  timeout: 60_000,
}, () => {
  const bytes = Buffer.from(certificate);
  const timeAt = bytes.indexOf(`${erasure.erasedAtEpochMs}`);
  for (let bit = 0; bit < 8 * bytes.length; bit += 1) {
    if (timeAt <= bit >> 3 && bit >> 3 < timeAt + 13) continue;
    const changed = Buffer.from(bytes);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(faultOf(changed.toString()), `bit ${bit}`).not.toBe("proven");
  }
});

const other = "01939b6c-0000-7000-8000-000000000009";

test.for([
  ["malformed", certificate.slice(0, -20)],
  ["malformed", certificate.replace('"field": "reason"', '"field": "subject"')],
  ["malformed", certificate.replace("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v0")],
  ["malformed", certificate.replace(/extra [^\\]*\\n/, "")],
  ["malformed", certificate.replace("{", '{"more":1,')],
  ["newer-format", certificate.replace("erasure/1", "erasure/2")],
  ["forged", certificate.replace(erasure.entry, other)],
  ["forged", certificate.replace(erasure.erasedBy, other)],
  ["forged", certificate.replace("index 2", "index 3")],
  ["forged", erasureOf(log, { action: "key.changed" })],
  ["forged", erasureOf(log, { subject: `entry/${other}` })],
  ["forged", erasureOf(log, { facts: { field: "subject" } })],
  ["another-log", erasureOf(openLogSigner(makeLogKey(), "tapline.test/other"))],
  ["unknown-key", erasureOf(openLogSigner(makeLogKey(), "tapline.test/log"))],
] as const)("is %s: %#", ([fault, text]) => {
  expect(faultOf(text)).toBe(fault);
  expect(isErasure(text)).toBe(true);
});

test("other proofs are not taken for one", () => {
  expect(isErasure('{"format":"tapline-tap-proof/1"}')).toBe(false);
  expect(faultOf('{"format":"tapline-tap-proof/1"}')).toBe("malformed");
});
