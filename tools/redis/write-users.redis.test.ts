import { readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startRedis } from "../servers/index.ts";
import { temporaryFolder } from "../test-servers/index.ts";
import { users } from "./index.ts";
import { writeUsers } from "./write-users.ts";

let dir = "";
let server: Awaited<ReturnType<typeof startRedis>>;
const away = "redis://redis.example:6379";
const read = (name: string) => readFile(join(dir, name), "utf8");

beforeAll(async () => {
  const parent = await temporaryFolder();
  dir = join(parent, "users");
  await writeUsers(dir, away);
  const settings = [`aclfile "${join(dir, "users.acl")}"`];
  server = await startRedis({ dataDir: join(parent, "redis"), settings });
});
afterAll(() => server.stop());

/** What Redis answers to lines, as redis-cli reads them: the first line of each answer. */
function answersTo(...lines: string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.write(`${lines.join("\r\n")}\r\nQUIT\r\n`));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.once("close", () => resolve(text.split("\r\n").slice(0, lines.length)));
    socket.once("error", reject);
  });
}
const signIn = (url: string): string => {
  const { username, password } = new URL(url);
  return `AUTH ${username} ${password}`;
};
const reload = async () =>
  expect(await answersTo((await read("administrator.auth")).trim(), "ACL LOAD")).toEqual(["+OK", "+OK"]);

test("a Redis that is started with the file lets each user in by its URL, and nobody else to any key", async () => {
  for (const user of users) {
    const url = await read(`${user}.url`);
    expect(url).toMatch(`redis://tapline_${user}:`);
    expect(new URL(url).host).toBe("redis.example:6379");
    expect(await answersTo(signIn(url), "PING")).toEqual(["+OK", "+PONG"]);
  }
  const refused = expect.stringContaining("-NOPERM");
  const nobody = await answersTo("PING", "GET tapline:{p0}:generation", "ACL LIST", "INFO");
  expect(nobody).toEqual(["+PONG", refused, refused, refused]);
});

test("commands reach all that is the installation's, and nothing of the server", async () => {
  const services = signIn(await read("services.url"));
  const answers = await answersTo(
    ...[services, "SET tapline:{kpi}:cursor x", "PUBLISH tapline:door x", "DEL tapline:{kpi}:cursor"],
    ...["SET other x", "FLUSHALL", "ACL LIST", "CONFIG GET requirepass"],
  );
  const refused = expect.stringContaining("-NOPERM");
  expect(answers).toEqual(["+OK", "+OK", ":0", ":1", refused, refused, refused, refused]);
});

test("no password stands in the file for Redis, and nobody else may read the others", async () => {
  const acl = await read("users.acl");
  for (const user of users) expect(acl).not.toContain(new URL(await read(`${user}.url`)).password);
  for (const name of await readdir(dir)) expect((await stat(join(dir, name))).mode & 0o077).toBe(0);
});

test("passwords stay when it is written again; one is changed while the one before opens, too, for a time", async () => {
  const [web, kpi] = [await read("web.url"), await read("kpi.url")];
  await rename(join(dir, "web.url"), join(dir, "web.url.before"));
  await writeUsers(dir, away);
  await reload();
  const changed = await read("web.url");
  expect(changed).not.toBe(web);
  expect(await read("kpi.url")).toBe(kpi);
  const all = async () =>
    await Promise.all(
      [web, changed, kpi].map(async (url) => (await answersTo(signIn(url)))[0]?.slice(0, 10)),
    );
  expect(await all()).toEqual(["+OK", "+OK", "+OK"]);
  await rm(join(dir, "web.url.before"));
  await writeUsers(dir, away);
  await reload();
  expect(await all()).toEqual(["-WRONGPASS", "+OK", "+OK"]);
});

test("where Redis is, and how its users are called, is said once: a later run keeps it until it is told otherwise", async () => {
  const own = join(await temporaryFolder(), "users");
  const urlOf = async (name: string) => await readFile(join(own, name), "utf8");
  const nodes = "redis-cluster://one.example:7000,two.example:7001";
  await writeUsers(own, nodes, "shop");
  const [web, acl] = [await urlOf("web.url"), await urlOf("users.acl")];
  expect(web).toMatch(/^redis-cluster:\/\/shopweb:[^@]+@one\.example:7000,two\.example:7001$/);
  expect(acl).toContain("\nuser shopweb #");
  await rename(join(own, "administrator.url"), join(own, "administrator.url.before"));
  await writeUsers(own);
  await rename(join(own, "administrator.url.before"), join(own, "administrator.url"));
  await writeUsers(own);
  expect([await urlOf("web.url"), await urlOf("users.acl")]).toEqual([web, acl]);
  await writeUsers(own, away);
  expect(await urlOf("web.url")).toBe(web.replace(/^.*(shopweb:[^@]+).*$/, "redis://$1@redis.example:6379"));
  const watched = "redis-sentinel://one.example:26379,two.example:26379/tapline";
  await writeUsers(own, watched);
  const asWeb = await urlOf("web.url");
  const password = /shopweb:([^@]+)@/.exec(web)?.[1];
  expect(asWeb).toBe(
    `${watched.replace("//", `//shopweb:${password}@`)}?sentinelusername=shopweb&sentinelpassword=${password}`,
  );
  await writeUsers(own);
  expect(await urlOf("web.url")).toBe(asWeb);
  await writeUsers(own, `${watched}?sentinelpassword=theirs`);
  await writeUsers(own);
  expect(await urlOf("web.url")).toBe(
    `${watched.replace("//", `//shopweb:${password}@`)}?sentinelpassword=theirs`,
  );
  await expect(writeUsers(own, "redis.example:6379")).rejects.toThrow("redis.example:6379 must be redis://");
});
