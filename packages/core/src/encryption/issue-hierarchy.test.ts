import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  issueCrl,
  issueHierarchy,
  issueLeaf,
  openAuthority,
  type Signer,
  signDetached,
  verifyDetached,
} from "./index.ts";
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

test("an authority and a signer with long key identifiers and basicConstraints stay good, and what we issue below it names it as it does", async () => {
  await using bench = await openBench();
  const openssl = async (...args: string[]) => {
    const done = await bench.run("openssl", ...args);
    expect(done, done.stderr).toMatchObject({ code: 0 });
  };
  const read = (name: string) => readFile(join(bench.dir, name), "utf8");
  const ecKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"];
  const asked = extensions.flatMap((one) => ["-addext", one]);
  await openssl(
    "req",
    "-x509",
    ...ecKey,
    ...asked,
    "-subj",
    "/CN=Old",
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
  );
  await bench.write({
    "old.ext":
      "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n",
  });
  await openssl("req", ...ecKey, "-subj", "/CN=Old signer", "-keyout", "old.key", "-out", "old.csr");
  const by = ["-CA", "ca.crt", "-CAkey", "ca.key", "-extfile", "old.ext"];
  await openssl("x509", "-req", "-in", "old.csr", ...by, "-out", "old.crt");
  const authority = await openAuthority(await read("ca.crt"), await read("ca.key"), "the old authority");
  const times = { notBefore: new Date(Date.now() - 1000), notAfter: new Date(Date.now() + 3_600_000) };
  const subject = { commonName: "New signer", organisation: "Example", issuer: authority };
  const issued = await issueLeaf({ ...subject, use: "signature" }, times);
  const trustPem = (await read("ca.crt")) + (await issueCrl(authority, times));
  const content = Buffer.from("content");
  await bench.write({ content, "trust.pem": trustPem });
  const signers: Signer[] = [
    { certPem: await read("old.crt"), keyPem: await read("old.key"), chainPem: [] },
    { ...issued, chainPem: [] },
  ];
  for (const signer of signers) {
    const s = signDetached(content, signer, Date.now());
    const trust = { rootPems: [trustPem], crlPems: [trustPem], atEpochMs: Date.now() };
    expect(verifyDetached(content, s, trust).subject).toMatch(/^CN=(Old|New) signer/);
    await bench.write({ s });
    const how = ["-binary", "-inform", "DER", "-in", "s", "-content", "content", "-CAfile", "trust.pem"];
    await openssl("cms", "-verify", ...how, "-crl_check_all", "-x509_strict", "-out", "out");
  }
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
