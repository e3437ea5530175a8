import { expect, it } from "vitest";
import { failureReason } from "./failure-reason.ts";

const info = '{"level":30,"msg":"ready"}';
const error = '{"level":50,"err":{"message":"the archive refused the key"},"msg":"transfer failed"}';

it.each([
  [
    "its last words",
    `${error}\ntapline worker: no key — give one\n${info}\n`,
    "tapline worker: no key — give one",
  ],
  ["the last plain line", `${error}\nREDIS_URL is not set\n${info}\n`, "REDIS_URL is not set"],
  ["the last logged error", `${error}\n${info}\n`, "the archive refused the key"],
  [
    "the last logged error in words",
    '{"level":50,"error":"the archive is away","msg":"transfer failed"}',
    "the archive is away",
  ],
  ["a logged message", '{"level":60,"msg":"out of memory"}', "out of memory"],
  [
    "an uncaught error",
    "node:net:1\n  throw er;\n  ^\n\nError: listen EADDRINUSE: 1\n    at x\n\nNode.js v24.1.0\n",
    "Error: listen EADDRINUSE: 1",
  ],
  ["nothing", `${info}\n`, undefined],
])("finds the reason in %s", (_where, output, reason) => {
  expect(failureReason(output)).toBe(reason);
});
