import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { receiveBody } from "./receive-body.ts";

const maxBytes = 10;

/** What becomes of a request that is `text` on the wire, whose sender goes then. */
async function received(text: string): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const asked = once(server, "request") as Promise<[IncomingMessage]>;
  socket.write(`POST / HTTP/1.1\r\nhost: here\r\n${text}`);
  const [request] = await asked;
  const body = receiveBody(request, maxBytes).then(
    (bytes) => bytes.toString(),
    (error: { statusCode: number }) => String(error.statusCode),
  );
  socket.end();
  return await body;
}

test("gives a body of a told length, and one in pieces", async () => {
  expect(await received("content-length: 10\r\n\r\n0123456789")).toBe("0123456789");
  const pieces = "5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n";
  expect(await received(`transfer-encoding: chunked\r\n\r\n${pieces}`)).toBe("0123456789");
});

test("refuses one that is too large by what it says, or by what it is", async () => {
  expect(await received("content-length: 11\r\n\r\n")).toBe("413");
  const pieces = "b\r\n0123456789a\r\n0\r\n\r\n";
  expect(await received(`transfer-encoding: chunked\r\n\r\n${pieces}`)).toBe("413");
});

test("a sender that goes within the body is its own fault, not ours", async () => {
  expect(await received("content-length: 10\r\n\r\n01234")).toBe("400");
});
