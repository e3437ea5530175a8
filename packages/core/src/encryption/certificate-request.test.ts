import { createPrivateKey, generateKeyPairSync, KeyObject, X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { pinOf } from "../tap/index.ts";
import {
  certifyAgent,
  issueHierarchy,
  openAgentsAuthority,
  requestCertificate,
  verifyRequest,
} from "./index.ts";
import { openBench } from "./test-openssl.ts";

const nowEpochMs = Date.now();
const dayMs = 86_400_000;
let pki: Awaited<ReturnType<typeof issueHierarchy>>;
const pem = (name: string) => pki[name]?.pem ?? "";

beforeAll(async () => {
  pki = await issueHierarchy({ nowEpochMs, organisation: "Test", agents: ["local"], hosts: [] });
});

type Verified = Awaited<ReturnType<typeof verifyRequest>>;
const isVerified = (value: unknown): value is Verified =>
  typeof value === "object" && value !== null && "publicKey" in value;
const spkiOf = ({ publicKey }: Verified) => KeyObject.from(publicKey).export({ format: "pem", type: "spki" });

describe("a certificate request", () => {
  test("that we make is one that openssl accepts, and its key gets a certificate that openssl verifies", async () => {
    await using bench = await openBench();
    const { keyPem, csrPem } = await requestCertificate();
    await bench.write({ "a.csr": csrPem, "trust.pem": pem("agents-trust.pem") });
    expect((await bench.run("openssl", "req", "-in", "a.csr", "-verify", "-noout")).code).toBe(0);
    const authority = await openAgentsAuthority(pem("agents.crt"), pem("agents.key"));
    const lifetimeMs = 30 * dayMs;
    const made = await certifyAgent(authority, await verifyRequest(csrPem), "gate-7", {
      nowEpochMs,
      lifetimeMs,
    });
    await bench.write({ "a.crt": made.certPem });
    const verified = await bench.run(
      "openssl",
      ...["verify", "-x509_strict", "-purpose", "sslclient", "-CAfile", "trust.pem", "a.crt"],
    );
    expect(verified, verified.stderr).toMatchObject({ code: 0 });
    const certificate = new X509Certificate(made.certPem);
    expect(certificate.subjectAltName).toBe("URI:spiffe://tapline/agent/gate-7");
    expect(certificate.serialNumber.toLowerCase()).toBe(made.serial);
    expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true);
    expect(Math.abs(made.notAfterEpochMs - nowEpochMs - lifetimeMs)).toBeLessThan(1001);
    expect(nowEpochMs - made.notBeforeEpochMs).toBeGreaterThan(4 * 60_000);
  });

  test("of openssl is read; what it asks for is not given", async () => {
    await using bench = await openBench();
    const wish = ["-subj", "/CN=admin", "-addext", "subjectAltName=URI:spiffe://tapline/agent/other"];
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "k"];
    const { stdout } = await bench.run("openssl", "req", "-new", ...key, ...wish);
    const authority = await openAgentsAuthority(pem("agents.crt"), pem("agents.key"));
    const { certPem } = await certifyAgent(authority, await verifyRequest(stdout), "mine", {
      ...{ nowEpochMs, lifetimeMs: dayMs },
    });
    const certificate = new X509Certificate(certPem);
    expect(certificate.subject).toBe("O=Tapline\nCN=Tapline agent mine");
    expect(certificate.subjectAltName).toBe("URI:spiffe://tapline/agent/mine");
    expect(certificate.ca).toBe(false);
  });

  test.each([
    ["RSA", ["-newkey", "rsa:2048"], "not on the curve P-256"],
    ["P-384", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"], "not on the curve P-256"],
    ["Ed25519", ["-newkey", "ed25519"], "not on the curve P-256"],
  ])("with a key of %s is refused", async (_, kind, why) => {
    await using bench = await openBench();
    const made = await bench.run(
      "openssl",
      "req",
      "-new",
      ...kind,
      "-nodes",
      "-keyout",
      "k",
      "-subj",
      "/CN=x",
    );
    await expect(verifyRequest(made.stdout)).rejects.toThrow(why);
  });

  test("is refused with each of its bytes changed: or it is still the same key", async () => {
    const { csrPem } = await requestCertificate();
    const der = Buffer.from(csrPem.replace(/-----[^-]+-----|\s/g, ""), "base64");
    for (let at = 0; at < der.length; at++) {
      const bytes = Buffer.from(der);
      bytes[at]! ^= 1;
      const text = `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
      const read = await verifyRequest(text).catch((error: unknown) => error);
      if (isVerified(read))
        expect(await spkiOf(read), `byte ${at}`).toBe(await spkiOf(await verifyRequest(csrPem)));
      else expect(read, `byte ${at}`).toMatchObject({ code: "invalid-input" });
    }
  });

  test("with the key of somebody else is refused: nobody can have a key certified that he does not hold", async () => {
    const [mine, other] = await Promise.all([requestCertificate(), requestCertificate()]);
    const der = (text: string) => Buffer.from(text.replace(/-----[^-]+-----|\s/g, ""), "base64");
    const [own, foreign] = [der(mine.csrPem), der(other.csrPem)];
    // The key is the last 65 bytes of SubjectPublicKeyInfo, from the point's tag 04 on.
    const prefix = Buffer.from("03420004", "hex");
    const [at, from] = [own.indexOf(prefix), foreign.indexOf(prefix)];
    foreign.copy(own, at + 4, from + 4, from + 4 + 64);
    const text = `-----BEGIN CERTIFICATE REQUEST-----\n${own.toString("base64")}\n-----END CERTIFICATE REQUEST-----`;
    await expect(verifyRequest(text)).rejects.toThrow("its signature does not fit its key");
  });

  test("that is none is refused", async () => {
    const { csrPem } = await requestCertificate();
    const wrong = ["", "x", csrPem + csrPem, pem("root.crt"), csrPem.padEnd(5000)];
    for (const text of wrong)
      await expect(verifyRequest(text)).rejects.toMatchObject({ code: "invalid-input" });
  });
});

describe("the agents' authority", () => {
  test("is refused where it is no authority, or its key is another's, or of another kind", async () => {
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({
      format: "pem",
      type: "pkcs8",
    });
    const wrong = [
      [pem("server.crt"), pem("server.key")],
      [pem("agents.crt"), pem("root.key")],
      [pem("agents.crt"), rsa.toString()],
      [pem("agents.crt"), "nonsense"],
    ] as const;
    for (const [certificate, key] of wrong)
      await expect(openAgentsAuthority(certificate, key)).rejects.toMatchObject({ code: "misconfigured" });
  });

  test("gives nothing that outlives it", async () => {
    const authority = await openAgentsAuthority(pem("agents.crt"), pem("agents.key"));
    const request = await verifyRequest((await requestCertificate()).csrPem);
    const made = await certifyAgent(authority, request, "a", { nowEpochMs, lifetimeMs: 9000 * dayMs });
    expect(made.notAfterEpochMs).toBe(authority.certificate.notAfter.getTime());
  });
});

test("the pin is the digest of the certificate, as openssl says it", async () => {
  await using bench = await openBench();
  await bench.write({ "root.crt": pem("root.crt") });
  const told = await bench.run("openssl", "x509", "-in", "root.crt", "-noout", "-fingerprint", "-sha256");
  const hex = told.stdout.split("=")[1]?.trim().replaceAll(":", "").toLowerCase();
  expect(pinOf(pem("trust.pem")).toString("hex")).toBe(hex);
});
