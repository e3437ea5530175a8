import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { isLoopback, readConfig } from "./config.ts";

const dir = mkdtempSync(join(tmpdir(), "tapline-web-"));
afterAll(() => rmSync(dir, { recursive: true }));
const secretFile = join(dir, "secret");
writeFileSync(secretFile, `${"s".repeat(40)}\n`);
const shortFile = join(dir, "short");
writeFileSync(shortFile, "short");

const enough = {
  DATABASE_URL: "postgresql://tapline@127.0.0.1:5432/tapline",
  REDIS_URL: "redis://127.0.0.1:6379",
  TAPLINE_WEB_SECRET_FILE: secretFile,
};

test("with the servers and a secret alone, the console listens on loopback, on any port", () => {
  expect(readConfig(enough)).toMatchObject({
    host: "127.0.0.1",
    port: 0,
    proxies: 0,
    secret: "s".repeat(40),
    tls: undefined,
  });
});

test("an empty variable counts as not set", () => {
  expect(readConfig({ ...enough, TAPLINE_WEB_PORT: "", TAPLINE_WEB_ORIGIN: "" })).toMatchObject({ port: 0 });
});

test("an origin is cut to what an origin is", () => {
  expect(readConfig({ ...enough, TAPLINE_WEB_ORIGIN: "https://console.test/x" }).origin).toBe(
    "https://console.test",
  );
});

describe("a broken setting is named", () => {
  test.each([
    [{ REDIS_URL: "localhost:6379" }, /REDIS_URL must be redis:/],
    [{ TAPLINE_SITE_TIME_ZONE: "Berlin" }, /TAPLINE_SITE_TIME_ZONE must be a time zone's name/],
    [{ DATABASE_URL: undefined }, /DATABASE_URL must be a postgresql/],
    [{ TAPLINE_WEB_PORT: "70000" }, /TAPLINE_WEB_PORT/],
    [{ TAPLINE_WEB_PROXIES: "-1" }, /TAPLINE_WEB_PROXIES/],
    [{ TAPLINE_WEB_SECRET_FILE: undefined }, /TAPLINE_WEB_SECRET_FILE must name a file/],
    [{ TAPLINE_WEB_SECRET_FILE: shortFile }, /less than 32 characters/],
    [{ TAPLINE_WEB_SECRET_FILE: "/does/not/exist" }, /TAPLINE_WEB_SECRET_FILE cannot be read/],
    [{ TAPLINE_WEB_TLS_CERT: secretFile }, /only one of TAPLINE_WEB_TLS_CERT/],
    [{ TAPLINE_WEB_HOST: "0.0.0.0" }, /does not listen on 0\.0\.0\.0 without TLS/],
  ])("%o", (broken, message) => {
    expect(() => readConfig({ ...enough, ...broken })).toThrow(message);
  });
});

test("with a certificate it listens beyond loopback", () => {
  const tls = { TAPLINE_WEB_TLS_CERT: secretFile, TAPLINE_WEB_TLS_KEY: secretFile };
  expect(readConfig({ ...enough, ...tls, TAPLINE_WEB_HOST: "0.0.0.0" }).tls).toBeDefined();
});

test("loopback is what only this machine reaches", () => {
  expect(["127.0.0.1", "127.9.9.9", "::1", "localhost"].every(isLoopback)).toBe(true);
  expect(["0.0.0.0", "::", "10.0.0.1", "127.evil.test"].some(isLoopback)).toBe(false);
});
