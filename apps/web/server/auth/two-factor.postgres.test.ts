import { createHmac } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminSignIn, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let site: TestConsole;

beforeAll(async () => {
  site = await startTestConsole();
  await site.console.ensureFirstAdmin(adminSignIn);
});
afterAll(() => site.stop());

const post = (path: string, body: unknown, cookie: string) =>
  fetch(`${site.console.origin}/api/auth/two-factor/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.console.origin, cookie },
    body: JSON.stringify(body),
  });

function base32(text: string): Buffer {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...text.replace(/=+$/, "")].map((letter) =>
    alphabet.indexOf(letter).toString(2).padStart(5, "0"),
  );
  const bytes = bits.join("").match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** RFC 6238 with SHA-1, 30 s, six digits. */
function totp(uri: string, atEpochMs: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atEpochMs / 30_000)));
  const secret = base32(new URL(uri).searchParams.get("secret") ?? "");
  const mac = createHmac("sha1", secret).update(counter).digest();
  const number = mac.readUInt32BE(mac[19]! & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

test("with a second factor the password alone opens nothing; the code does", async () => {
  const { cookie } = await signIn(site.console.origin);
  const enabled = await post("enable", { password: adminSignIn.password }, cookie);
  const { totpURI } = (await enabled.json()) as { totpURI: string };
  expect((await post("verify-totp", { code: totp(totpURI, Date.now()) }, cookie)).status).toBe(200);

  const { response, cookie: halfWay } = await signIn(site.console.origin);
  expect(await response.json()).toMatchObject({ twoFactorRedirect: true });
  const live = (own: string) =>
    fetch(`${site.console.origin}/api/trpc/kpi.live`, { headers: { cookie: own } });
  expect((await live(halfWay)).status).toBe(401);

  expect((await post("verify-totp", { code: "000000" }, halfWay)).status).toBe(401);
  const verified = await post("verify-totp", { code: totp(totpURI, Date.now()) }, halfWay);
  expect(verified.status).toBe(200);
  const whole = verified.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  expect((await live(whole.join("; "))).status).toBe(200);
});
