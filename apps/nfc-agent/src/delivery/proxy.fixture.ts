import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A TCP proxy on loopback that can cut connections, or stop to forward while they look alive. */
export class FaultyProxy {
  /** Connections that came. */
  connections = 0;
  /** Cuts each new connection after so many bytes from the agent; null = never. */
  cutAfterBytes: number | null = null;
  #frozen = false;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));
  #port = 0;

  /** @param url of the server behind. @returns the URL to use in its place */
  async listen(url: string): Promise<string> {
    this.#port = Number(new URL(url).port);
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From here on nothing is forwarded, in no direction, and nothing is closed. */
  freeze(): void {
    this.#frozen = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** New connections are served again; those that were open stay dead. */
  thaw(): void {
    this.#frozen = false;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, "close");
  }

  #serve(near: Socket): void {
    this.connections += 1;
    this.#sockets.add(near);
    near.once("close", () => this.#sockets.delete(near));
    near.on("error", () => {});
    if (this.#frozen) {
      near.pause();
      return;
    }
    const far = connect(this.#port, "127.0.0.1");
    this.#sockets.add(far);
    far.once("close", () => this.#sockets.delete(far));
    far.on("error", () => near.resetAndDestroy());
    far.on("close", () => near.destroy());
    near.on("close", () => far.destroy());
    let forwarded = 0;
    const limit = this.cutAfterBytes;
    near.on("data", (chunk) => {
      forwarded += chunk.length;
      far.write(chunk);
      if (limit !== null && forwarded >= limit) near.resetAndDestroy();
    });
    far.on("data", (chunk) => near.write(chunk));
  }
}
