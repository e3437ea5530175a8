import { describe, expect, test } from "vitest";
import { AuthRefusal } from "../../client/auth-refusal.ts";
import {
  backFromProvider,
  leaveForProvider,
  safeReturn,
  signIn,
  signInByChosenPasskey,
  signInByPasskey,
  verifyCode,
} from "./sign-in.ts";

const who = { email: "a@b.test", password: "secret" };
const answering =
  (status: number, body: unknown = {}, headers: Record<string, string> = {}) =>
  () =>
    Promise.resolve(Response.json(body, { status, headers }));

test("the right password signs in, or asks for the second factor", async () => {
  expect(await signIn(who, answering(200, { token: "x" }))).toEqual({ kind: "signed-in" });
  expect(await signIn(who, answering(200, { twoFactorRedirect: true }))).toEqual({ kind: "second-factor" });
});

test.each([
  [401, "Wrong e-mail or password"],
  [403, "Sign-in is not allowed"],
  [429, "Too many attempts"],
  [500, "Sign-in does not work now"],
])("status %i says: %s", async (status, title) => {
  expect(await signIn(who, answering(status))).toMatchObject({ kind: "refused", title });
});

test("too many attempts say how long to wait", async () => {
  expect(await signIn(who, answering(429, {}, { "x-retry-after": "42" }))).toMatchObject({
    retryAfterSeconds: 42,
  });
});

test("a server that is away is told from a wrong password", async () => {
  const away = () => Promise.reject(new TypeError("fetch failed"));
  expect(await signIn(who, away)).toMatchObject({ title: "The server does not answer" });
});

test("a code goes where its kind is looked at", async () => {
  const asked: [string, unknown][] = [];
  const noting = (path: string, init: RequestInit) => {
    asked.push([path, init.body]);
    return Promise.resolve(Response.json({}));
  };
  await verifyCode("123456", "totp", noting);
  await verifyCode("abcde-fghij", "backup-code", noting);
  expect(asked).toEqual([
    ["/api/auth/two-factor/verify-totp", '{"code":"123456"}'],
    ["/api/auth/two-factor/verify-backup-code", '{"code":"abcde-fghij"}'],
  ]);
});

test("a wrong code is called a code", async () => {
  expect(await verifyCode("000000", "totp", answering(401))).toMatchObject({ title: "Wrong code" });
});

describe("the way back", () => {
  const home = "http://console.test";

  test("leads to the page that was asked for", () => {
    expect(safeReturn("/taps?x=1#y", home)).toBe(`${home}/taps?x=1#y`);
  });

  test.each([
    ...[
      undefined,
      "",
      "taps",
      "https://evil.test",
      "//evil.test",
      "/\\evil.test",
      "\\\\evil.test",
      "javascript:1",
    ],
    ...[
      "/\t/evil.test",
      "/\n/evil.test",
      "/\r\\evil.test",
      "\t//evil.test",
      " //evil.test",
      "//[",
      "///evil.test",
    ],
  ])("%j leads home", (evil) => {
    expect(safeReturn(evil, home)).toBe(`${home}/`);
  });

  test("stays with us where a path looks like another host once it is put in order", () => {
    for (const tricky of ["/.//evil.test", "/x/..//evil.test"])
      expect(new URL(safeReturn(tricky, home), home).origin).toBe(home);
  });
});

test("a passkey that does not fit, is not given or not asked for says so, each in its own words", async () => {
  const given = () => Promise.resolve({ id: "x" });
  const refusing = (path: string) =>
    Promise.resolve(Response.json({}, { status: path.endsWith("offer-sign-in") ? 200 : 401 }));
  expect(await signInByPasskey(given, answering(200))).toEqual({ kind: "signed-in" });
  expect(await signInByPasskey(given, refusing)).toMatchObject({ title: "This passkey does not work here" });
  const cancelled = () => Promise.reject(new AuthRefusal("It was cancelled."));
  expect(await signInByPasskey(cancelled, answering(200))).toMatchObject({
    ...{ title: "No passkey was given", text: "It was cancelled." },
  });
  const away = () => Promise.reject(new TypeError("fetch failed"));
  expect(await signInByPasskey(given, away)).toMatchObject({ title: "The server does not answer" });
});

test("one leaves for the provider, or is told that it is away; each way back has its own words", async () => {
  const url = "https://id.example/auth";
  expect(await leaveForProvider("Clinic ID", "/taps", answering(200, { url }))).toEqual({
    ...{ kind: "leaves", url },
  });
  expect(await leaveForProvider("Clinic ID", undefined, answering(502))).toMatchObject({
    title: "Clinic ID does not answer",
  });
  const reasons = [
    "unknown",
    "no-address",
    "other-domain",
    "other-subject",
    "disabled",
    "too-late",
    "away",
    "x",
  ];
  const titles = reasons.map((why) => backFromProvider(why, "Clinic ID").title);
  expect(new Set(titles).size).toBe(reasons.length);
  expect(titles.join()).not.toContain("SAYS");
  expect(backFromProvider("constructor", "Clinic ID")).toEqual(backFromProvider("x", "Clinic ID"));
});

test("a passkey that is chosen among what is filled in signs in once it is; where none is, nothing is said", async () => {
  const given = async () => ({ id: "key" });
  const attempt = await signInByChosenPasskey(given, answering(200));
  expect(await attempt?.()).toEqual({ kind: "signed-in" });
  expect(await signInByChosenPasskey(() => Promise.reject(new Error("left")), answering(200))).toBeNull();
  expect(await signInByChosenPasskey(given, answering(429))).toBeNull();
});
