import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { TaplineError } from "@tapline/core/kernel";
import type { VirtualCard } from "./virtual-card.ts";

/** A virtual card that lies on a reader. */
export type InsertedCard = {
  /** Takes it away; resolves once the daemon's driver has let go. */
  remove: () => Promise<void>;
};

/** One-byte requests of vpcd's protocol; whatever is longer is a command APDU. Each is led by its length, 2 bytes. */
const control = { off: 0, on: 1, reset: 2, answerToReset: 4 } as const;
const insertWithinMs = 20_000;

function framed(body: Uint8Array): Buffer {
  const out = Buffer.alloc(2 + body.length);
  out.writeUInt16BE(body.length);
  out.set(body, 2);
  return out;
}

function respond(socket: Socket, card: VirtualCard, request: Buffer, onSeen: () => void): void {
  if (request.length > 1) {
    const response = card.respond(request);
    if (response === "leave") socket.destroy();
    else if (response !== "silence") socket.write(framed(response));
  } else if (request[0] === control.answerToReset) {
    socket.write(framed(card.answerToReset));
    onSeen();
  } else if (request[0] === control.on || request[0] === control.reset) card.reset?.();
}

function talk(socket: Socket, card: VirtualCard, onSeen: () => void): void {
  let rest = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => undefined);
  socket.on("data", (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const end = 2 + rest.readUInt16BE();
      respond(socket, card, rest.subarray(2, end), onSeen);
      rest = rest.subarray(end);
    }
  });
}

/** Connects to a slot of the driver; the daemon may only just be opening it. */
async function dial(port: number): Promise<Socket> {
  for (const endAtMs = Date.now() + insertWithinMs; ; ) {
    const socket = await new Promise<Socket | null>((resolve) => {
      const dialled = connect(port, "127.0.0.1");
      dialled.once("connect", () => resolve(dialled));
      dialled.once("error", () => resolve(null));
    });
    if (socket !== null) return socket;
    if (Date.now() > endAtMs)
      throw new TaplineError("unavailable", `no virtual reader listens on port ${port}`, {
        remedy: "read the daemon's log",
      });
    await sleep(20);
  }
}

/** Lays `card` on the reader at `port`; resolves once the daemon has asked it for its answer to reset. */
export async function insertCard(port: number, card: VirtualCard): Promise<InsertedCard> {
  const socket = await dial(port);
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new TaplineError("unavailable", `the card on port ${port} was not seen`)),
      insertWithinMs,
    );
    const onSeen = () => {
      clearTimeout(timer);
      resolve();
    };
    socket.once("close", onSeen);
    talk(socket, card, onSeen);
  });
  return {
    remove: async () => {
      socket.destroy();
      await closed;
    },
  };
}
