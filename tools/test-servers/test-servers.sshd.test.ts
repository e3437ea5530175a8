import { createHash, timingSafeEqual } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { Client } from "ssh2";
import { describe, expect, inject, it } from "vitest";
import { freshDatabase, ownRedis, sharedSshd } from "./index.ts";

describe.skipIf(inject("sshd") === null)("the tests' OpenSSH server", () => {
  it("lets the client key in under the pinned host key, and serves the folder it names", async () => {
    const sshd = await sharedSshd();
    const client = new Client();
    const sftp = await new Promise<import("ssh2").SFTPWrapper>((resolve, reject) => {
      client.on("error", reject).on("ready", () => {
        client.sftp((error, wrapper) => (error ? reject(error) : resolve(wrapper)));
      });
      client.connect({
        host: sshd.host,
        port: sshd.port,
        username: sshd.user,
        privateKey: sshd.privateKey,
        hostVerifier: (key: Buffer) => {
          const digest = createHash("sha256").update(key).digest();
          return timingSafeEqual(digest, Buffer.from(sshd.hostKeyPin.slice("SHA256:".length), "base64"));
        },
      });
    });
    await new Promise<void>((resolve, reject) => {
      sftp.writeFile(`${sshd.rootDir}/hello`, "tap", (error) => (error ? reject(error) : resolve()));
    });
    client.end();
    expect(await readFile(join(sshd.rootDir, "hello"), "utf8")).toBe("tap");
  });
});

it("hands out databases that do not see each other", async () => {
  const [one, two] = await Promise.all([freshDatabase(), freshDatabase()]);
  const count = async (url: string, sql: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const result = await client.query(sql);
    await client.end();
    return result.rowCount;
  };
  await count(one, "INSERT INTO installation_fact (name, value) VALUES ('a', 'b')");
  expect(await count(one, "SELECT * FROM installation_fact")).toBe(1);
  expect(await count(two, "SELECT * FROM installation_fact")).toBe(0);
});

it("starts a Redis of one's own that asks for its password", async () => {
  const redis = await ownRedis({ password: "0123abcd" });
  expect(redis.url).toContain(":0123abcd@127.0.0.1:");
  await redis.stop();
});
