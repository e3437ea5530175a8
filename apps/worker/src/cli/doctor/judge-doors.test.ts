import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { createServer } from "node:tls";
import { X509CertificateGenerator } from "@peculiar/x509";
import { afterEach, expect, test } from "vitest";
import { judgeDoor } from "./judge-doors.ts";

const dayMs = 86_400_000;
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server): Promise<{ name: string; host: string; port: number }> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { name: "door", host: "127.0.0.1", port: (server.address() as AddressInfo).port };
}

async function tlsFor(days: number): Promise<Server> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...{ name: "CN=door", keys, signingAlgorithm: algorithm },
    ...{ notBefore: new Date(Date.now() - dayMs), notAfter: new Date(Date.now() + days * dayMs) },
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
  return createServer({ key, cert: certificate.toString("pem") });
}

test("a door is well with modern TLS and a certificate that lasts", async () => {
  const finding = await judgeDoor(await listen(await tlsFor(60.5)), Date.now());
  expect(finding).toMatchObject({ state: "well", what: expect.stringMatching(/TLSv1\.3, .* lasts 60 days/) });
});

test("a certificate that ends within the week is a fault", async () => {
  const finding = await judgeDoor(await listen(await tlsFor(3.5)), Date.now());
  expect(finding).toMatchObject({ state: "fault", what: expect.stringMatching(/ends in 3 days/) });
});

test("what speaks no TLS is not judged well", async () => {
  const plain = createTcpServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
  const finding = await judgeDoor(await listen(plain), Date.now());
  expect(finding).toMatchObject({ state: "unknown", what: expect.stringMatching(/does not speak TLS/) });
});
