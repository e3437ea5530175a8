import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { issuePki, type Pki, pem } from "../delivery/ingest-server.fixture.ts";
import { readRelease } from "./package-source.ts";

let pki: Pki;
let root = "";
let server: Server | null = null;
beforeAll(async () => {
  pki = await issuePki();
});
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "tapline-source-"));
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = null;
  await rm(root, { recursive: true, force: true });
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer({ cert: pem(pki, "server.crt"), key: pem(pki, "server.key") }, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/releases`;
}

const read = (upgradeFrom: string, ca: string | null = pem(pki, "root.crt")) =>
  readRelease({ upgradeFrom, ca, releaseKey: "" }, "SHA256SUMS", 10);

describe("a release by https", { timeout: 60_000 }, () => {
  it("is read below its address, whole", async () => {
    const paths: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      paths.push(request.url);
      response.end("0123456789");
    });
    expect((await read(url)).toString()).toBe("0123456789");
    expect((await read(`${url}/`)).toString()).toBe("0123456789");
    expect(paths).toEqual(["/releases/SHA256SUMS", "/releases/SHA256SUMS"]);
  });

  it("is refused from a server of an unknown authority", async () => {
    const url = await serve((_, response) => response.end("x"));
    await expect(read(url, null)).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/CERT|SELF_SIGNED|ISSUER/),
    });
  });

  it.each<[string, RequestListener, RegExp]>([
    ["more bytes than it may have", (_, response) => response.end("x".repeat(11)), /larger than 10 bytes/],
    ["another status", (_, response) => response.writeHead(404).end(), /status 404/],
    [
      "a way elsewhere",
      (_, response) => response.writeHead(302, { location: "http://example.org" }).end(),
      /status 302/,
    ],
    [
      "an end before its length",
      (_, response) => {
        response.writeHead(200, { "content-length": "10" });
        response.write("x", () => response.destroy());
      },
      /cannot be had/,
    ],
  ])("is refused with %s", async (_, listener, why) => {
    await expect(read(await serve(listener))).rejects.toThrow(why);
  });

  it("is told apart from nobody there", async () => {
    await expect(read("https://127.0.0.1:9")).rejects.toThrow(/cannot be had: ECONNREFUSED/);
  });
});

it("is read from a folder, within its bound, and from files alone", async () => {
  await expect(read(root)).rejects.toThrow(/cannot be had: ENOENT/);
  await writeFile(join(root, "SHA256SUMS"), "0123456789");
  expect((await read(root)).toString()).toBe("0123456789");
  await writeFile(join(root, "SHA256SUMS"), "0123456789a");
  await expect(read(root)).rejects.toThrow(/larger than 10 bytes/);
  await expect(readRelease({ upgradeFrom: "/", ca: null, releaseKey: "" }, "dev/null", 10)).rejects.toThrow(
    /it is no file/,
  );
});
