import { connect } from "node:net";
import { meshServices } from "@tapline/core/telemetry";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Service } from "../database/index.ts";
import { ownRedis } from "../test-servers/index.ts";
import { setUserCommands } from "./index.ts";
import { userOf } from "./service-users.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
const passwordOf = (service: Service) => `password-of-${service}`;

beforeAll(async () => {
  server = await ownRedis();
  for (const command of setUserCommands(passwordOf)) expect(await asAdministrator(command)).toBe("+OK");
});
afterAll(() => server.stop());

/** What Redis answers to a command of whoever signs in so; the first line of it. */
function answerTo(signIn: readonly string[], command: readonly string[]): Promise<string> {
  const packed = [["AUTH", ...signIn], command].map(
    (parts) =>
      `*${parts.length}\r\n${parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`).join("")}`,
  );
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, "127.0.0.1", () => socket.write(packed.join("")));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const [signedIn, answer] = text.split("\r\n");
      if (answer === undefined || answer === "") return;
      socket.destroy();
      resolve(signedIn === "+OK" ? answer : `not signed in: ${signedIn}`);
    });
    socket.once("error", reject);
  });
}

const asAdministrator = (command: string) => answerTo([new URL(server.url).password], command.split(" "));
const as = (service: Service, ...command: string[]) =>
  answerTo([userOf(service), passwordOf(service)], command);

const ofTheServer = [
  ...["FLUSHALL", "FLUSHDB", "KEYS *", "DBSIZE", "RANDOMKEY", "SWAPDB 0 1", "SORT tapline:{p0}:queue:x"],
  ...["CONFIG GET requirepass", "CONFIG SET appendfsync no", "SCRIPT FLUSH", "SCRIPT KILL", "FUNCTION FLUSH"],
  ...["ACL LIST", "ACL SETUSER default nopass", "SHUTDOWN NOSAVE", "MONITOR", "SAVE"],
  ...["REPLICAOF 127.0.0.1 1", "CLIENT KILL TYPE normal", "CLIENT LIST", "MODULE LIST", "SLOWLOG GET"],
  ...["CLIENT TRACKING ON BCAST", "GEORADIUS tapline:{p0}:queue:x 0 0 1 m STORE tapline:{p0}:queue:y"],
  ...["PUBSUB CHANNELS", "PSUBSCRIBE *", "MIGRATE 127.0.0.1 1 tapline:{p0}:queue:x 0 1", "CLUSTER RESET"],
];

test("no service does what is of the server, of all keys, or of users", async () => {
  for (const service of meshServices)
    for (const command of [...ofTheServer, ...(service === "buffer" ? [] : ["SCAN 0"])])
      expect([service, command, await as(service, ...command.split(" "))]).toEqual([
        service,
        command,
        expect.stringContaining("-NOPERM"),
      ]);
});

test("what is one service's is not another's, by a script neither", async () => {
  const only: Readonly<Record<string, readonly Service[]>> = {
    "SET tapline:{kpi}:cursor x": ["kpi"],
    "SET tapline:{alerts}:cursor x": ["alerts"],
    "SET tapline:{p0}:balance:wishes x": ["balance"],
    "SET tapline:{p0}:telemetry:services x": ["telemetry"],
    "HSET tapline:{p0}:keys:readings a x": ["encryption"],
    "SET tapline:{p0}:proof:1 x": ["transfer", "web"],
    "PUBLISH tapline:agents:news x": ["ingest", "web"],
    "PUBLISH tapline:door x": ["ingest", "validation"],
    "PUBLISH tapline:socket.io#/# x": ["web"],
    "XADD tapline:socket.io * a x": ["web"],
    "SET tapline:{p0}:tracker:life:t x": ["buffer", "validation", "transfer"],
    "SET tapline:{p0}:credits:shut x": ["ingest", "buffer", "transfer"],
    "HSET tapline:{p0}:shares validation x": ["buffer", "noops"],
    "HSET tapline:{p0}:segment:1 verdicts x": ["buffer", "validation", "encryption", "transfer", "noops"],
    "HSET tapline:{p0}:sealed:1 object x": ["buffer", "validation", "encryption", "transfer", "noops"],
    "XADD tapline:{p3}:receipts:gate-1 * p x": ["transfer"],
    "SET tapline:{p0}:generation x": ["ingest", "buffer", "validation", "encryption", "transfer", "noops"],
    "SET somebody-elses x": [],
  };
  for (const [command, may] of Object.entries(only))
    for (const service of meshServices) {
      const plain = command.split(" ");
      const script = `return redis.call(${plain.map((part) => `'${part}'`).join(", ")})`;
      for (const form of [plain, ["EVAL", script, "0"]]) {
        const answer = await as(service, ...form);
        const isRefused = /NOPERM|user executing the script can't/.test(answer);
        expect([service, command, form === plain, isRefused]).toEqual([
          service,
          command,
          form === plain,
          !may.includes(service),
        ]);
      }
    }
});

test("each says what it saw, and knows how much memory there is", async () => {
  for (const service of meshServices) {
    expect(await as(service, "XADD", "tapline:{p0}:telemetry:deltas", "*", "j", "{}")).toMatch(/^\$/);
    expect(await as(service, "INFO", "memory")).toMatch(/^\$/);
  }
});

test("rights are set anew under the passwords that stand, and what a user had beside them is gone", async () => {
  const user = userOf("kpi");
  expect(await asAdministrator(`ACL SETUSER ${user} ~* &* +@all`)).toBe("+OK");
  expect(await as("kpi", "GET", "somebody-elses")).not.toMatch(/NOPERM/);
  for (const command of setUserCommands(null)) expect(await asAdministrator(command)).toBe("+OK");
  expect(await as("kpi", "GET", "somebody-elses")).toMatch(/NOPERM/);
  expect(await as("kpi", "GET", "tapline:{kpi}:cursor")).not.toMatch(/NOPERM/);
});
