import { readEntry } from "@tapline/core/audit";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { OidcSettings } from "../oidc-settings.ts";
import { addPerson } from "../people/add-person.fixture.ts";
import { startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { OidcProviderFixture } from "./oidc-provider.fixture.ts";

const ola = { email: "ola@clinic.test", password: "a long enough password" };

let provider: OidcProviderFixture;
let site: TestConsole;
let origin: string;
let olaId: string;
let before: number;

beforeAll(async () => {
  provider = await OidcProviderFixture.start();
  const oidc: OidcSettings = {
    ...{ issuer: provider.issuer, clientId: provider.clientId, clientSecret: provider.clientSecret },
    ...{ name: "Clinic ID", domains: ["clinic.test"], roleClaim: "groups" },
    roles: new Map([
      ["night shift", "operator"],
      ["visitors", "viewer"],
      ["fitters", "operator"],
    ]),
    sites: new Map([
      ["night shift", null],
      ["visitors", ["south", "north"]],
    ]),
  };
  site = await startTestConsole({ oidc });
  ({ origin } = site.console);
  provider.serve([`${origin}/api/auth/oidc/callback`]);
  olaId = await addPerson(site.prisma, { ...ola, name: "Ola", role: "admin" });
  provider.people.set("s-ola", { email: ola.email, email_verified: true, name: "Ola N." });
});
beforeEach(async () => {
  provider.forgery = null;
  await site.prisma.account.deleteMany({ where: { providerId: "oidc" } });
  before = await site.prisma.auditEntry.count();
});
afterAll(async () => {
  await site.stop();
  await provider.stop();
});

/** What a browser keeps, and does: it follows wherever it is sent. */
class Visitor {
  readonly cookies = new Map<string, string>();

  async ask(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...init.headers, cookie };
    const response = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", ...value] = (line.split(";", 1)[0] ?? "").split("=");
      this.cookies.set(name, value.join("="));
    }
    return response;
  }

  /** @returns where it ends */
  async follow(url: string): Promise<URL> {
    for (let at = new URL(url); ; ) {
      const location = (await this.ask(at.href)).headers.get("location");
      if (location === null) return at;
      at = new URL(location, at);
      if (at.origin === origin && at.pathname !== "/api/auth/oidc/callback") return at;
    }
  }

  async start(from = "/taps?x=1#y"): Promise<string> {
    const headers = { "content-type": "application/json", origin };
    const asked = await this.ask(`${origin}/api/auth/oidc/start`, {
      ...{ method: "POST", headers, body: JSON.stringify({ from }) },
    });
    expect(asked.status).toBe(200);
    return ((await asked.json()) as { url: string }).url;
  }

  /** Goes to the provider as somebody, and comes back. */
  async enter(subject: string): Promise<string> {
    provider.subject = subject;
    const { pathname, search, hash } = await this.follow(await this.start());
    return pathname + search + hash;
  }

  async opens(): Promise<number> {
    return (await this.ask(`${origin}/api/trpc/kpi.live`)).status;
  }
}

async function written() {
  const rows = await site.prisma.auditEntry.findMany({
    orderBy: [{ recordedAt: "asc" }, { id: "asc" }],
    skip: before,
  });
  return rows.map(({ bytes }) => readEntry(bytes));
}

test("who is known here by the address that the provider confirmed comes in with the role of here, and where he was on his way to", async () => {
  const visitor = new Visitor();
  const url = new URL(await visitor.start());
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    ...{ response_type: "code", code_challenge_method: "S256", scope: "openid email profile" },
    ...{ state: expect.stringMatching(/.{20}/), nonce: expect.stringMatching(/.{20}/) },
  });
  expect(await visitor.enter("s-ola")).toBe("/taps?x=1#y");
  expect(await visitor.opens()).toBe(200);
  expect(await site.prisma.user.findUnique({ where: { id: olaId } })).toMatchObject({
    ...{ role: "admin", name: "Ola" },
  });
  expect(await site.prisma.account.findFirst({ where: { providerId: "oidc" } })).toMatchObject({
    ...{ userId: olaId, accountId: `${provider.issuer} s-ola` },
    ...{ accessToken: null, idToken: null, refreshToken: null, password: null },
  });
  expect((await written()).at(-1)).toMatchObject({
    ...{ action: "session.started", subject: `user/${olaId}`, actor: { kind: "operator", id: olaId } },
    facts: { by: "/oidc/callback", secondFactor: false },
  });
  // From now on by the number: an address may become another one's.
  provider.people.set("s-ola", { email: "ola.new@clinic.test", email_verified: true });
  expect(await new Visitor().enter("s-ola")).toBe("/taps?x=1#y");
  provider.people.set("s-ola", { email: ola.email, email_verified: true });
});

test("who is not known comes in by a group that gives a role, and never as an admin", async () => {
  const known = { email_verified: true, groups: ["admins", "visitors", "night shift"] };
  provider.people.set("s-kim", { email: "Kim@Clinic.test", name: "Kim Ota", ...known });
  const visitor = new Visitor();
  expect(await visitor.enter("s-kim")).toBe("/taps?x=1#y");
  expect(await visitor.opens()).toBe(200);
  const kim = await site.prisma.user.findUniqueOrThrow({ where: { email: "kim@clinic.test" } });
  expect(kim).toMatchObject({ name: "Kim Ota", role: "operator", scope: "whole", sites: [] });
  expect((await written()).map(({ action }) => action)).toEqual([
    ...["user.created", "user.changed", "session.started"],
  ]);
  const asked = await visitor.ask(`${origin}/api/trpc/handover.sign`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify({ id: "01900000-0000-7000-8000-000000000001", password: "none that was set" }),
  });
  expect(asked.status).toBeGreaterThanOrEqual(400);
  await site.prisma.user.update({ where: { id: kim.id }, data: { banned: true } });
  expect(await new Visitor().enter("s-kim")).toContain("refused=disabled");
});

test.each([
  ["to some sites sees these", ["visitors", "fitters"], ["north", "south"]],
  ["to no site sees none", ["fitters"], []],
])("who is let in by groups that lead %s, until an admin says otherwise", async (_, groups, sites) => {
  const email = `${groups.join("-")}@clinic.test`;
  provider.people.set(`s-${email}`, { email, email_verified: true, name: "Fitz", groups });
  const visitor = new Visitor();
  expect(await visitor.enter(`s-${email}`)).toBe("/taps?x=1#y");
  expect(await visitor.opens()).toBe(403);
  expect((await visitor.ask(`${origin}/api/trpc/agentBoard.list`)).status).toBe(200);
  const person = await site.prisma.user.findUniqueOrThrow({ where: { email } });
  expect(person).toMatchObject({ role: "operator", scope: "sites", sites, emailVerified: true });
  expect((await written())[0]).toMatchObject({
    ...{ action: "user.created", subject: `user/${person.id}`, facts: { by: "/oidc/callback" } },
    after: { role: "operator", scope: "sites", sites: sites.join(" ") },
  });
  // Groups are not looked at again: what an admin says stays.
  await site.prisma.user.update({ where: { id: person.id }, data: { scope: "whole", sites: [] } });
  const again = new Visitor();
  await again.enter(`s-${email}`);
  expect(await again.opens()).toBe(200);
});

test.each([
  ["nobody knows", "unknown", { email: "eve@clinic.test", email_verified: true, groups: ["strangers"] }],
  ["whose address is not confirmed", "no-address", { email: ola.email, email_verified: false }],
  ["with no address", "no-address", { groups: ["night shift"] }],
  [
    "of another domain",
    "other-domain",
    { email: "a@evil-clinic.test", email_verified: true, groups: ["visitors"] },
  ],
])("somebody %s is not let in, told why, and written down", async (_, why, known) => {
  provider.people.set("s-eve", known);
  const visitor = new Visitor();
  expect(await visitor.enter("s-eve")).toBe(`/sign-in?refused=${why}&from=%2Ftaps%3Fx%3D1%23y`);
  expect(await visitor.opens()).toBe(401);
  expect(await site.prisma.user.count({ where: { email: { startsWith: "eve" } } })).toBe(0);
  expect(await written()).toMatchObject([
    { action: "session.refused", subject: "user/unknown", facts: { by: "oidc", why, secondFactor: false } },
  ]);
});

test("whoever has somebody's address at the provider later is not taken for them", async () => {
  expect(await new Visitor().enter("s-ola")).toBe("/taps?x=1#y");
  provider.people.set("s-next", { email: ola.email, email_verified: true });
  expect(await new Visitor().enter("s-next")).toContain("refused=other-subject");
});

test.each([
  ["another audience", { claims: { aud: "another-console" } }],
  ["another issuer", { claims: { iss: "http://127.0.0.1:1" } }],
  ["another nonce", { claims: { nonce: "of another sign-in" } }],
  ["an end that is past", { claims: { exp: 1_700_000_000 } }],
  ["another person than the one asked about", { claims: { sub: "s-kim" } }],
  ["a stranger's signature", { byStranger: true }],
])("an ID token with %s is refused", async (_, forgery) => {
  provider.forgery = forgery;
  const visitor = new Visitor();
  expect(await visitor.enter("s-ola")).toContain("refused=does-not-fit");
  expect(await visitor.opens()).toBe(401);
  expect(await written()).toMatchObject([{ action: "session.refused", facts: { why: "does-not-fit" } }]);
});

test("a way back counts once, in the browser that set out, and leads nowhere else", async () => {
  provider.subject = "s-ola";
  const visitor = new Visitor();
  const callback = async (setOut: Visitor) => {
    for (let at = new URL(await setOut.start("//evil.test/")); ; ) {
      const location = (await setOut.ask(at.href)).headers.get("location") ?? "";
      at = new URL(location, at);
      if (at.pathname === "/api/auth/oidc/callback") return at.href;
    }
  };
  const way = await callback(visitor);
  expect((await new Visitor().follow(way)).search).toBe("?refused=too-late");
  expect((await visitor.follow(`${way}x`)).search).toContain("refused=does-not-fit");
  expect((await visitor.follow(way)).search).toBe("?refused=too-late");
  const anew = await callback(visitor);
  expect((await visitor.follow(anew)).href).toBe(`${origin}/`);
});

test("a provider that is away, or calls itself something else, is told apart", async () => {
  const other = await OidcProviderFixture.start();
  const oidc = { ...site.config.oidc!, issuer: other.issuer.replace("127.0.0.1", "localhost") };
  other.serve(["http://127.0.0.1:1/"]);
  const second = await startTestConsole({ oidc });
  const start = () =>
    fetch(`${second.console.origin}/api/auth/oidc/start`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: second.console.origin },
      body: "{}",
    });
  expect((await start()).status).toBe(502);
  await other.stop();
  expect((await start()).status).toBe(502);
  await second.stop();
});
