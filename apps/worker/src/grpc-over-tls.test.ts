import { once } from "node:events";
import { connect, type TLSSocket } from "node:tls";
import { Server } from "@grpc/grpc-js";
import { issueHierarchy } from "@tapline/core/encryption";
import { expect, onTestFinished, test } from "vitest";
import { openGrpcOverTls } from "./grpc-over-tls.ts";

test("waits for the end of each connection, also where one breaks off", async () => {
  const wanted = { nowEpochMs: Date.now(), organisation: "Test", agents: [], hosts: [] };
  const files = await issueHierarchy(wanted);
  const pem = (name: string): string => files[name]?.pem ?? "";
  const taken: TLSSocket[] = [];
  const served = await openGrpcOverTls(new Server(), {
    ...{ host: "127.0.0.1", port: 0, tls: { cert: pem("server.crt"), key: pem("server.key") } },
    bound: (listener) => void listener.on("secureConnection", (socket) => void taken.push(socket)),
  });
  onTestFinished(() => {
    served.listener.close();
    served.destroy();
  });
  for (let i = 0; i < 2; i++) {
    const client = connect({
      host: "127.0.0.1",
      port: served.port,
      rejectUnauthorized: false,
      ALPNProtocols: ["h2"],
    });
    client.on("error", () => undefined);
    onTestFinished(() => void client.destroy());
    // The server's settings: it has taken the connection.
    await once(client, "data");
  }
  const [broken, other] = taken;
  let isOver = false;
  const ended = served.ended().then(() => {
    isOver = true;
  });
  broken?.destroy(new Error("broken off"));
  await new Promise((resolve) => broken?.once("close", resolve));
  expect(isOver).toBe(false);
  other?.destroy();
  await ended;
});
