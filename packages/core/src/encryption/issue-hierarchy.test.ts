import { createPrivateKey, X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { issueHierarchy } from "./index.ts";
import { openBench } from "./test-openssl.ts";

const nowEpochMs = Date.UTC(2026, 10, 23);
const request = {
  nowEpochMs,
  organisation: "Example GmbH",
  agents: ["local", "gate-2"],
  hosts: ["tap.example", "::1"],
};
const ours = ["archive", "escrow", "signer", "server"];
const agents = ["agent-local", "agent-gate-2"];
const leaves = [...ours, ...agents];

test("a hierarchy holds every file of the private folder, keys marked secret", async () => {
  const files = await issueHierarchy(request);
  const pairs = ["root", "intermediate", "agents", ...leaves].flatMap((name) => [
    `${name}.crt`,
    `${name}.key`,
  ]);
  const lists = ["log.key", "root.crl", "intermediate.crl", "trust.pem", "agents-trust.pem"];
  expect(Object.keys(files).sort()).toEqual([...pairs, ...lists].sort());
  for (const [name, { pem, secret }] of Object.entries(files)) {
    expect(secret, name).toBe(name.endsWith(".key"));
    expect(pem.includes("PRIVATE KEY"), name).toBe(secret);
  }
  for (const name of leaves) {
    const certificate = new X509Certificate(files[`${name}.crt`]!.pem);
    expect(certificate.checkPrivateKey(createPrivateKey(files[`${name}.key`]!.pem)), name).toBe(true);
  }
});

test("openssl verifies every certificate with every revocation list checked", async () => {
  await using bench = await openBench();
  const files = await issueHierarchy(request);
  await bench.write(Object.fromEntries(Object.entries(files).map(([name, { pem }]) => [name, pem])));
  const verify = (atEpochMs: number, ...names: string[]) =>
    bench.run(
      "openssl",
      "verify",
      "-attime",
      String(atEpochMs / 1000),
      "-CAfile",
      "trust.pem",
      "-untrusted",
      "intermediate.crt",
      "-crl_check_all",
      "-x509_strict",
      ...names,
    );
  const names = ["intermediate.crt", ...ours.map((name) => `${name}.crt`)];
  const verified = await verify(nowEpochMs, ...names);
  expect(verified, verified.stderr).toMatchObject({ code: 0 });
  expect((await verify(nowEpochMs + 800 * 24 * 3600 * 1000, "server.crt")).code).not.toBe(0);
  for (const name of agents) expect((await verify(nowEpochMs, `${name}.crt`)).code, name).not.toBe(0);
});

test("openssl verifies agents against their own authority, and nothing else against it", async () => {
  await using bench = await openBench();
  const files = await issueHierarchy(request);
  await bench.write(Object.fromEntries(Object.entries(files).map(([name, { pem }]) => [name, pem])));
  const verify = (atEpochMs: number, name: string) => {
    const at = ["-attime", String(atEpochMs / 1000)];
    const how = ["-purpose", "sslclient", "-x509_strict", "-untrusted", "intermediate.crt"];
    return bench.run("openssl", "verify", ...at, ...how, "-CAfile", "agents-trust.pem", name);
  };
  for (const name of agents) {
    const verified = await verify(nowEpochMs, `${name}.crt`);
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
    expect((await verify(nowEpochMs + 400 * 24 * 3600 * 1000, `${name}.crt`)).code).not.toBe(0);
  }
  for (const name of ours) expect((await verify(nowEpochMs, `${name}.crt`)).code, name).not.toBe(0);
});

test("each leaf is for its own use", async () => {
  const files = await issueHierarchy(request);
  const server = new X509Certificate(files["server.crt"]!.pem);
  for (const host of ["localhost", "tap.example"]) expect(server.checkHost(host)).toBe(host);
  for (const ip of ["127.0.0.1", "::1"]) expect(server.checkIP(ip)).toBe(ip);
  expect(server.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
  const agent = new X509Certificate(files["agent-gate-2.crt"]!.pem);
  expect(agent.subjectAltName).toBe("URI:spiffe://tapline/agent/gate-2");
  expect(agent.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  expect(files["agent-gate-2.crt"]!.pem.match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
});

test("an agent id that is no SPIFFE path segment is refused", async () => {
  await expect(issueHierarchy({ ...request, agents: ["../root"] })).rejects.toThrow("lower-case");
});
