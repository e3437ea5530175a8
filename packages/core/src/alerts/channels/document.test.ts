import { expect, test } from "vitest";
import { alertChannelsFormat, channelsBehind, parseAlertChannels } from "../index.ts";
import { channels } from "./channels.fixture.ts";

const mail = { kind: "email", name: "ada-mail", to: ["ada@example.org"] };
const server = { host: "mail.example", from: "tapline@example.org" };

function faultOf(given: object): string {
  try {
    parseAlertChannels({ format: alertChannelsFormat, ...given });
  } catch (error) {
    return String(error);
  }
  return "none";
}

test("a sound document is taken, with the careful settings where it says none", () => {
  const { channels: found, mail: way } = parseAlertChannels({
    ...{ format: alertChannelsFormat, mail: server, channels: [mail] },
  });
  expect(found).toEqual([{ ...mail, tells: ["call", "over"], acknowledgeLinks: true }]);
  expect(way).toEqual({ ...server, port: 587, security: "starttls" });
});

test("mail without TLS stays on this machine, and needs a server at all", () => {
  expect(faultOf({ channels: [mail], mail: { ...server, security: "none" } })).toContain("mail.security");
  expect(faultOf({ channels: [mail], mail: { ...server, host: "127.0.0.1", security: "none" } })).toBe(
    "none",
  );
  expect(faultOf({ channels: [mail] })).toContain("e-mail needs a server");
});

test("secrets are named, never written: no password in an address, none in the server's entry", () => {
  const hook = { kind: "webhook", name: "desk", url: "https://desk.example/h", key: { secret: "desk-key" } };
  expect(faultOf({ channels: [hook] })).toBe("none");
  expect(faultOf({ channels: [{ ...hook, url: "https://user:word@desk.example/" }] })).toContain(
    "must hold no password",
  );
  expect(faultOf({ channels: [{ ...hook, key: "whsec_abc" }] })).toContain("channels.0.key");
  expect(faultOf({ channels: [{ ...hook, key: { secret: "../../etc/passwd" } }] })).toContain(
    "name of a file",
  );
  const pushKey = { secret: "web-push-key" };
  expect(faultOf({ channels: [{ ...hook, key: pushKey }] })).toContain("no channel's");
  expect(faultOf({ mail: { ...server, user: "me", password: pushKey } })).toContain("no channel's");
  expect(faultOf({ mail: { ...server, user: "me", password: "word" } })).toContain("mail.password");
});

test("webhooks beyond loopback speak TLS; plain ones are signed, chat rooms are not", () => {
  const hook = { kind: "webhook", name: "desk", key: { secret: "k" } };
  for (const url of [
    "http://desk.example/",
    "http://127.0.0.1.desk.example/",
    "http://localhost.desk.example/",
  ])
    expect(faultOf({ channels: [{ ...hook, url }] }), url).toContain("beyond loopback");
  for (const url of ["http://127.0.0.1:9/x", "http://[::1]/", "http://localhost"])
    expect(faultOf({ channels: [{ ...hook, url }] }), url).toBe("none");
  const { key: _, ...unsigned } = { ...hook, url: "https://desk.example/" };
  expect(faultOf({ channels: [unsigned] })).toContain("names the secret that signs it");
  expect(faultOf({ channels: [{ ...unsigned, shape: "slack" }] })).toBe("none");
});

test("names are there, and each once, whatever they name", () => {
  const policy = { name: "on-call", steps: [{ afterMinutes: 0, tell: ["ada-mail", "carl"] }] };
  expect(faultOf({ mail: server, channels: [mail], policies: [policy] })).toContain(
    "policies.0: there is nobody called carl",
  );
  expect(faultOf({ mail: server, channels: [mail, mail] })).toContain("ada-mail is there twice");
  const late = { name: "p", steps: [5, 5].map((afterMinutes) => ({ afterMinutes, tell: ["ada-mail"] })) };
  expect(faultOf({ mail: server, channels: [mail], policies: [late] })).toContain("comes later");
});

test("a name leads to its channel, or to whoever is on duty, each once", () => {
  const monday = Date.parse("2026-11-30T09:00:00+01:00");
  const namesAt = (names: string[], at: number) =>
    channelsBehind(channels(), names, at).map(({ name }) => name);
  expect(namesAt(["ada-mail", "duty"], monday)).toEqual(["ada-mail"]);
  expect(namesAt(["duty", "desk"], Date.parse("2026-11-30T15:00:00+01:00"))).toEqual(["bob-mail", "desk"]);
  expect(namesAt(["nobody"], monday)).toEqual([]);
});
