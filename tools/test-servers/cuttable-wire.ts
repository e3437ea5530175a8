import { connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../servers/index.ts";

/** What a wire does to what goes over it. */
export type WireState = {
  /** Nothing gets through, and nobody is told. */
  silent: boolean;
  /** How long each piece is under way in one direction, ms. */
  delayMs: number;
  /** The most bytes that were under way towards the target at once. */
  mostUnderWay: number;
};

/** A TCP wire to `target` on loopback that can be cut, silenced and slowed down; nothing listens before it is `up`. */
export function cuttableWire(port: number, target: number) {
  const sockets = new Set<Socket>();
  const state: WireState = { silent: false, delayMs: 0, mostUnderWay: 0 };
  let bytesLeft = Number.POSITIVE_INFINITY;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      const isTowards = one === near;
      one.setNoDelay(true).pipe(underWay(state, isTowards)).pipe(other);
    }
    near.on("data", (bytes) => {
      bytesLeft -= bytes.length;
      if (bytesLeft > 0) return;
      bytesLeft = Number.POSITIVE_INFINITY;
      cut();
    });
  });
  return {
    state,
    up: () => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve)),
    /** Cuts all connections and takes no new ones. */
    down: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
    /** Cuts all connections once, in the middle of what is sent, after `bytes` more towards the target. */
    cutAfter: (bytes: number) => {
      bytesLeft = bytes;
    },
  };
}

/** Lets pieces through one after the other, each after its time; a long wire carries many at once. */
function underWay(state: WireState, isTowards: boolean): Transform {
  let before: Promise<unknown> = Promise.resolve();
  let bytes = 0;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      if (state.silent) return done();
      if (state.delayMs === 0) return done(null, piece);
      bytes += piece.length;
      if (isTowards) state.mostUnderWay = Math.max(state.mostUnderWay, bytes);
      const arrived = sleep(state.delayMs);
      before = before
        .then(() => arrived)
        .then(() => {
          bytes -= piece.length;
          this.push(piece);
        });
      return done();
    },
  });
}

/** A wire, up, to the server of `url`, and the URL by which it is used. */
export async function wireTo(url: string): Promise<CuttableWire & { readonly url: string }> {
  const { port: target } = new URL(url);
  const port = await freePort();
  const wire = cuttableWire(port, Number(target));
  await wire.up();
  return { ...wire, url: url.replace(`:${target}`, `:${port}`) };
}

export type CuttableWire = ReturnType<typeof cuttableWire>;
