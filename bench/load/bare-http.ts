import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import Fastify from "fastify";
import { readConfig } from "../installation/config.ts";

/** The limit that the door is measured against: fastify over the same TLS, which reads a body and answers 202. */
const { cert, key, agentCa } = readConfig();
const server = Fastify({
  https: {
    cert: await readFile(cert),
    key: await readFile(key),
    ca: await readFile(agentCa),
    requestCert: true,
    minVersion: "TLSv1.3",
  },
});
server.post("/v1/taps", (_request, reply) => {
  reply.status(202).send({});
});
await server.listen({ host: "127.0.0.1", port: 0 });
process.send?.({ type: "ready", port: (server.server.address() as AddressInfo).port });
process.on("SIGTERM", () => process.exit(0));
process.on("disconnect", () => process.exit(0));
