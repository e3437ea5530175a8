import { connect, createServer, type Socket } from "node:net";

/** A TCP wire to `target` on loopback that can be cut; nothing listens before it is `up`. */
export function cuttableWire(port: number, target: number) {
  const sockets = new Set<Socket>();
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
      one.pipe(other);
    }
    near.on("data", (bytes) => {
      bytesLeft -= bytes.length;
      if (bytesLeft > 0) return;
      bytesLeft = Number.POSITIVE_INFINITY;
      cut();
    });
  });
  return {
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

export type CuttableWire = ReturnType<typeof cuttableWire>;
