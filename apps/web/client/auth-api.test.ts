import { createServer } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { askAuth } from "./auth-api.ts";
import { AuthRefusal } from "./auth-refusal.ts";

let answer: { status: number; body: string } = { status: 200, body: "{}" };
const server = createServer((_request, response) => {
  response.writeHead(answer.status, { "content-type": "application/json", "x-retry-after": "17" });
  response.end(answer.body);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const real = fetch;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => real(`http://127.0.0.1:${port}${path}`, init));
});
afterAll(() => {
  vi.unstubAllGlobals();
  server.close();
});

test("what was done answers", async () => {
  answer = { status: 200, body: '{"totpURI":"otpauth://x"}' };
  expect(await askAuth("two-factor/enable", {})).toEqual({ totpURI: "otpauth://x" });
});

test.each([
  [403, { code: "PASSWORD_NEEDED", message: "x" }, /The password is not right/],
  [429, { code: "LOCKED", message: "x" }, /wrong too often/],
  [429, { message: "Too many requests" }, /in 17 s/],
  [400, { code: "WEAK_PASSWORD", message: "It is made of your name." }, /^It is made of your name\.$/],
  [401, { code: "INVALID_CODE" }, /The code is not right/],
  [401, { code: "UNAUTHORIZED" }, /signed out/],
  [503, {}, /cannot reach its database/],
  [400, { code: "NEW", message: "Something new" }, /refuses it: Something new/],
])("status %i is said in words", async (status, body, words) => {
  answer = { status, body: JSON.stringify(body) };
  const refused = askAuth("change-password", {});
  await expect(refused).rejects.toBeInstanceOf(AuthRefusal);
  await expect(refused).rejects.toThrow(words);
});
