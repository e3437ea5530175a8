import { once } from "node:events";
import { createServer } from "node:net";
import { TaplineError } from "@tapline/core/kernel";
import ssh2 from "ssh2";
import { expect, onTestFinished, test } from "vitest";
import { SftpArchive } from "./index.ts";

test("closing ends a connection that is being made, however long the server would be waited for", async () => {
  // Takes connections and says nothing.
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  const archive = new SftpArchive({
    url: `sftp://tapline@127.0.0.1:${address.port}/`,
    hostKeyPin: `SHA256:${Buffer.alloc(32, 7).toString("base64").replace("=", "")}`,
    privateKey: ssh2.utils.generateKeyPairSync("ed25519").private,
    connectTimeoutMs: 3_600_000,
  });
  const connecting = archive.connect().catch((error: unknown) => error);
  const [socket] = await once(server, "connection");
  socket.resume();
  const ended = once(socket, "close");
  await archive.close();
  const error = await connecting;
  expect(error).toBeInstanceOf(TaplineError);
  expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining("closed by us") });
  await ended;
  await expect(archive.connect()).rejects.toThrow("closed by us");
});
