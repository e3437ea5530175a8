import { createECDH, generateKeyPairSync, randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { notice } from "./channels.fixture.ts";
import { browserAt, openPush, vapidClaims } from "./open-push.fixture.ts";
import { maxPushText, sealPush } from "./push-encryption.ts";
import { pushForm, pushHeaders } from "./push-form.ts";
import { pushSubscriptionSchema } from "./push-subscription.ts";
import { openVapidKey, vapidHeader } from "./vapid.ts";

const endpoint = "https://push.example/browser-1";
const bytes = (text: string) => Buffer.from(text, "base64url");

// RFC 8291, appendix A.
const appendix = {
  text: "When I grow up, I want to be a watermelon",
  privateKey: bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"),
  salt: bytes("DGv6ra1nlYgDCS1FRnbzlw"),
  browserPrivateKey: bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"),
  keys: {
    p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    auth: "BTBZMqHH6r4Tts7J_aSIgg",
  },
  message: [
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml",
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT",
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN",
  ].join(""),
};

test("a message is sealed as the appendix of RFC 8291 has it, byte for byte, and opens as there", () => {
  const { text, keys, browserPrivateKey, message } = appendix;
  expect(sealPush(Buffer.from(text), { endpoint, keys }, appendix).toString("base64url")).toBe(message);
  const browser = { privateKey: browserPrivateKey, subscription: { endpoint, keys } };
  expect(openPush(bytes(message), browser)).toBe(text);
});

test("two messages are sealed by other keys, and no other browser opens one", () => {
  const [browser, other] = [browserAt(endpoint), browserAt(endpoint)];
  const [first, second] = [0, 1].map(() => sealPush(Buffer.from("secret"), browser.subscription));
  if (first === undefined || second === undefined) throw new Error("nothing was sealed");
  expect(first.subarray(0, 86)).not.toEqual(second.subarray(0, 86));
  expect(openPush(first, browser)).toBe("secret");
  expect(() => openPush(first, other)).toThrow();
});

test("the longest message is one that every push service takes", () => {
  const browser = browserAt(endpoint);
  expect(sealPush(randomBytes(maxPushText), browser.subscription)).toHaveLength(4_096);
  const long = { ...notice, action: "\u0001€".repeat(5_000), message: "😀".repeat(5_000) };
  const text = Buffer.from(pushForm(long));
  expect(text.length).toBeLessThanOrEqual(maxPushText);
  expect(JSON.parse(openPush(sealPush(text, browser.subscription), browser)).title).toMatch(
    /^◆ critical · 😀+$/u,
  );
});

test("a push service learns when, how urgent and in place of what, and neither alert nor person", () => {
  const headers = pushHeaders(notice, "browser-1", notice.atEpochMs + 3_600_000);
  expect(headers).toMatchObject({ TTL: String(23 * 3_600), Urgency: "high" });
  expect(headers.Topic).toMatch(/^[A-Za-z0-9_-]{1,32}$/);
  const over = pushHeaders({ ...notice, kind: "over" }, "browser-1", notice.atEpochMs);
  expect(over.Topic).toBe(headers.Topic);
  expect(pushHeaders(notice, "browser-2", notice.atEpochMs).Topic).not.toBe(headers.Topic);
  expect(pushHeaders(notice, "b", notice.atEpochMs + 1e9).TTL).toBe("60");
});

test("a token is for one push service, ends within a day, and says whom to ask", () => {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = openVapidKey(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  const header = vapidHeader(key, `${endpoint}?token=1`, "mailto:ops@example.org", 1_795_000_000_000);
  expect(vapidClaims(header)).toEqual({
    key: key.publicKey,
    claims: { aud: "https://push.example", exp: 1_795_000_000 + 12 * 3_600, sub: "mailto:ops@example.org" },
  });
  expect(vapidClaims(vapidHeader(key, endpoint, null, 0)).claims).not.toHaveProperty("sub");
  const [before, after] = header.split(" t=");
  expect(() => vapidClaims(`${before} t=${after?.replace("eyJ0", "eyJ1")}`)).toThrow();
});

test("only a private key of P-256 is one", () => {
  const pem = (namedCurve: string) =>
    generateKeyPairSync("ec", { namedCurve }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  for (const text of ["", "nonsense", pem("P-384")])
    expect(() => openVapidKey(text)).toThrow("no private key of P-256");
});

test("what a browser gives out is taken as it is; what is none is refused", () => {
  const { subscription } = browserAt(endpoint);
  expect(pushSubscriptionSchema.parse(subscription)).toEqual(subscription);
  const written = { ...subscription, endpoint: "HTTPS://PUSH.example:443/./browser-1" };
  expect(pushSubscriptionSchema.parse(written)).toEqual(subscription);
  const { keys } = subscription;
  const off = createECDH("prime256v1").generateKeys();
  off[40] = (off[40] ?? 0) ^ 1;
  for (const broken of [
    { ...subscription, endpoint: "http://127.0.0.1/x" },
    { ...subscription, endpoint: "https://me:secret@push.example/" },
    { ...subscription, endpoint: "HTTPS:\\\\me:secret@push.example/" },
    { ...subscription, endpoint: `${endpoint}/${"x".repeat(2_000)}` },
    { ...subscription, keys: { ...keys, auth: "abc" } },
    { ...subscription, keys: { ...keys, p256dh: keys.auth } },
    { ...subscription, keys: { ...keys, p256dh: off.toString("base64url") } },
  ])
    expect(pushSubscriptionSchema.safeParse(broken).success, broken.endpoint).toBe(false);
});
