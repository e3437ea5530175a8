import type { Socket } from "node:net";

/** Says "taken" on each connection that it is handed; told to hang, it does nothing any more. */
process.on("message", (message: { type: string }, socket?: Socket) => {
  if (message.type === "hang") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000);
  socket?.end("taken");
});
process.send?.({ type: "ready" });
