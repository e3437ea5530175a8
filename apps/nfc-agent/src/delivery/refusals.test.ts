import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Rig } from "./delivery-rig.fixture.ts";
import { authorities, credentialsOf, IngestServer, issuePki, reply } from "./ingest-server.fixture.ts";
import { StreamServer, status } from "./stream-server.fixture.ts";

let rig: Rig;

beforeEach(async () => {
  rig = await Rig.open();
});
afterEach(() => rig.close());

const dayMs = 24 * 3_600_000;

/** Starts with a tap that waits, and waits for the trouble that keeps it. */
async function troubleOf(link: "auto" | "grpc" | "rest") {
  const delivery = rig.deliver({ settings: { link, releaseAt: "archived", reportEveryMs: 60_000 } });
  await rig.tap(delivery);
  await rig.until(() => expect(delivery.trouble).not.toBeNull());
  expect(delivery.connected).toBe(false);
  expect(rig.outbox.pending).toBe(1);
  return delivery.trouble;
}

const refusing =
  (code: number) =>
  (_: unknown, response: Parameters<typeof reply>[0]): boolean => {
    const type = code === 403 ? "urn:tapline:problem:forbidden" : "urn:tapline:problem:unauthenticated";
    reply(response, code, { type, title: "no", status: code, detail: "revoked on Monday" });
    return true;
  };

describe.each(["grpc", "rest", "auto"] as const)("by %s, an agent says why it is kept out:", (link) => {
  it("nobody listens there", async () => {
    await Promise.all([rig.rest.close(), rig.stream.close()]);
    expect((await troubleOf(link))?.text).toMatch(/^the server cannot be reached: .*ECONNREFUSED/);
  });

  it("its certificate was revoked", async () => {
    rig.stream.onHello = (session) => session.end(status.PERMISSION_DENIED, "revoked on Monday");
    rig.rest.always = refusing(403);
    expect(await troubleOf(link)).toMatchObject({
      text: "the server refuses this agent: revoked on Monday",
      remedy: expect.stringContaining("tapline-agent enrol"),
    });
  });

  it("the server does not know its certificate", async () => {
    rig.stream.onHello = (session) => session.end(status.UNAUTHENTICATED, "no agent's certificate");
    rig.rest.always = refusing(401);
    expect((await troubleOf(link))?.text).toContain("does not know this agent's certificate");
  });

  it("the server is of another authority", async () => {
    rig.credentials = { ...rig.credentials, ca: authorities(await issuePki()) };
    expect(await troubleOf(link)).toMatchObject({
      text: expect.stringContaining("not of the authority that this agent trusts"),
      remedy: expect.stringContaining("see that the address is that of your server"),
    });
    expect(rig.ledger.order).toEqual([]);
  });

  it("the server's certificate is for another name", async () => {
    rig.restUrl = rig.restUrl.replace("127.0.0.1", "127.0.0.2");
    rig.streamUrl = rig.streamUrl.replace("127.0.0.1", "127.0.0.2");
    await Promise.all([rig.rest.close(), rig.stream.close()]);
    rig.rest = new IngestServer(rig.pki, rig.ledger);
    rig.stream = new StreamServer(rig.pki, rig.ledger);
    await rig.rest.listen(Number(new URL(rig.restUrl).port), "127.0.0.2");
    await rig.stream.listen(Number(new URL(rig.streamUrl).port), "127.0.0.2");
    expect((await troubleOf(link))?.text).toContain("is for other names than the one in its address");
    expect(rig.ledger.order).toEqual([]);
  });

  it("its own certificate has ended", async () => {
    const old = await issuePki([], Date.now() - 4000 * dayMs);
    rig.credentials = { ...credentialsOf(old), ca: credentialsOf(rig.pki).ca };
    expect(await troubleOf(link)).toMatchObject({
      text: expect.stringMatching(/^this agent's certificate has ended: on 20/),
      remedy: expect.stringContaining("clock"),
    });
  });

  it("its certificate does not read", async () => {
    rig.credentials = { ...rig.credentials, cert: "-----BEGIN NOTHING-----" };
    expect((await troubleOf(link))?.text).toContain("does not read");
  });
});

it("says that the server's answers are not in the agreed form, whatever garbage comes", async () => {
  rig.stream.onHello = (session) => session.garbage(Buffer.from("ffffffffffffffffffff", "hex"));
  rig.rest.always = (_, response) => reply(response, 200, "<html>") === undefined;
  expect((await troubleOf("auto"))?.text).toContain("not in the agreed form");
});

it("ends a stream whose messages are out of turn", async () => {
  rig.stream.onHello = (session) => session.grant(5);
  expect((await troubleOf("grpc"))?.text).toContain("not in the agreed form: credits out of turn");
});
