import { connect } from "node:net";
import { expect, test } from "vitest";
import { createBoundedServer } from "./create-bounded-server.ts";
import { listen } from "./listen.ts";

test("a request gets 30 s, its headers 10 s of them", () => {
  expect(createBoundedServer(undefined)).toMatchObject({ requestTimeout: 30_000, headersTimeout: 10_000 });
});

test("a client that does not finish its request is cut off", async () => {
  const times = { headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 20 };
  const server = createBoundedServer(undefined, times);
  const socket = connect(await listen(server, "127.0.0.1", 0), "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nx");
  const answer = await new Promise<string>((resolve) => socket.once("data", (data) => resolve(String(data))));
  expect(answer).toMatch(/^HTTP\/1.1 408 /);
  socket.destroy();
  server.close();
});
