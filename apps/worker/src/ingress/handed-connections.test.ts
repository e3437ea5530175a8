import { EventEmitter } from "node:events";
import { createServer, Socket } from "node:net";
import { expect, test } from "vitest";
import { HandedConnections } from "./handed-connections.ts";

test("what is handed over until both sides have ended is served or ended, and left open by nobody", async () => {
  const [rest, stream, parent] = [createServer(), createServer(), new EventEmitter()];
  const served: Socket[] = [];
  stream.on("connection", (socket) => served.push(socket));
  const handed = new HandedConnections({ rest, stream }, parent);
  const hand = (side: "rest" | "stream"): Socket => {
    const socket = new Socket();
    parent.emit("message", { type: "connection", side }, socket);
    return socket;
  };
  const before = hand("stream");
  expect(served).toEqual([before]);

  handed.close();
  await handed.ended("rest", 0);
  // On its way when the parent heard that we end.
  expect(hand("stream").destroyed).toBe(true);
  expect(served).toEqual([before]);
  handed.leave();
  expect(parent.listenerCount("message")).toBe(0);
  before.destroy();
});
