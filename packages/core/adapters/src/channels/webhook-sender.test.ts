import { afterEach, beforeEach, expect, test } from "vitest";
import { AddressGuard } from "./guards/index.ts";
import { WebhookSender } from "./index.ts";
import { type HttpReceiver, startHttpReceiver } from "./receivers.fixture.ts";

let receiver: HttpReceiver;
let sender: WebhookSender;

beforeEach(async () => {
  receiver = await startHttpReceiver();
  sender = new WebhookSender(new AddressGuard(["127.0.0.0/8"]));
});
afterEach(async () => {
  sender.close();
  await receiver.close();
});

const post = (url = receiver.url) => sender.post(url, { "webhook-id": "msg_1" }, '{"a":1}');

test("a body comes as it is, with its headers", async () => {
  expect(await post(`${receiver.url}/hook?x=1`)).toEqual({ kind: "sent" });
  expect(receiver.posted).toMatchObject([
    {
      ...{ path: "/hook?x=1", body: '{"a":1}' },
      headers: { "content-type": "application/json", "webhook-id": "msg_1" },
    },
  ]);
});

test("what may be another thing in a minute is told from what is not", async () => {
  const answers = async (status: number, headers: Record<string, string> = {}) => {
    receiver.answer = (response) => response.writeHead(status, headers).end("why");
    return await post();
  };
  for (const status of [500, 503, 404, 401, 408])
    expect(await answers(status), String(status)).toMatchObject({ kind: "failed", retryAfterMs: null });
  for (const status of [400, 410, 422])
    expect(await answers(status), String(status)).toMatchObject({ kind: "refused" });
  expect(await answers(429, { "retry-after": "7" })).toMatchObject({ kind: "failed", retryAfterMs: 7_000 });
  const date = new Date(Date.now() + 60_000).toUTCString();
  expect((await answers(503, { "retry-after": date })) as { retryAfterMs: number }).toMatchObject({
    retryAfterMs: expect.closeTo(60_000, -4),
  });
});

test("a redirection is not followed, wherever it leads", async () => {
  receiver.answer = (response, { path }) =>
    response.writeHead(path === "/" ? 307 : 204, { location: `${receiver.url}/other` }).end();
  expect(await post()).toMatchObject({ kind: "refused", fault: expect.stringContaining("not followed") });
  expect(receiver.posted.map(({ path }) => path)).toEqual(["/"]);
});

test("without leave nothing on this machine is reached, by number or by name", async () => {
  const strict = new WebhookSender(new AddressGuard([]));
  const { port } = new URL(receiver.url);
  for (const host of ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "[::1]", "[::ffff:7f00:1]"])
    expect(await strict.post(`http://${host}:${port}/`, {}, "{}"), host).toMatchObject({
      ...{ kind: "refused", fault: expect.stringContaining("TAPLINE_ALERT_NETWORKS") },
    });
  expect(receiver.posted).toEqual([]);
  strict.close();
});

test("an answer without end is cut off, and counts by its status", async () => {
  receiver.answer = (response) => {
    response.writeHead(200);
    const more = () => {
      if (!response.destroyed) response.write("x".repeat(100_000), more);
    };
    more();
  };
  expect(await post()).toEqual({ kind: "sent" });
});

test("nobody there, or a connection that breaks, is a failure that says no address", async () => {
  receiver.answer = (response) => response.destroy();
  expect(await post()).toEqual({ kind: "failed", fault: "no connection: ECONNRESET", retryAfterMs: null });
  expect(await post("http://127.0.0.1:1/secret")).toEqual({
    ...{ kind: "failed", fault: "no connection: ECONNREFUSED", retryAfterMs: null },
  });
});
