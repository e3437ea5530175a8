import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "../servers/index.ts";
import { cuttableWire } from "./cuttable-wire.ts";

test("carries both ways, is cut in the middle of what is sent, and refuses while it is down", async () => {
  const far: Socket[] = [];
  const target = createServer((socket) => far.push(socket.on("error", () => undefined))).listen(
    0,
    "127.0.0.1",
  );
  await once(target, "listening");
  const address = target.address();
  const port = await freePort();
  const wire = cuttableWire(port, address !== null && typeof address === "object" ? address.port : 0);
  await wire.up();
  const near = connect(port, "127.0.0.1").on("error", () => undefined);
  near.write("abc");
  await once(target, "connection");
  const [heard] = await once(far[0] as Socket, "data");
  expect(String(heard)).toBe("abc");
  far[0]?.write("xyz");
  expect(String((await once(near, "data"))[0])).toBe("xyz");
  wire.cutAfter(4);
  near.write("12345678");
  await once(near, "close");
  const again = connect(port, "127.0.0.1").on("error", () => undefined);
  await once(again, "connect");
  await wire.down();
  await once(again, "close");
  const refused = connect(port, "127.0.0.1");
  expect((await once(refused, "error"))[0]).toMatchObject({ code: "ECONNREFUSED" });
  target.close();
});
