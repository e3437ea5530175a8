import { randomBytes } from "node:crypto";
import { uuidV7 } from "@tapline/core/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, servicesOf } from "../../../../../tools/test-servers/index.ts";
import { actsAtSites, connectPrisma, type PrismaClient, recordOperation } from "./index.ts";

let services: PrismaClient;

beforeAll(async () => {
  services = connectPrisma(servicesOf(await freshDatabase()));
});
afterAll(() => services.$disconnect());

/** An alert that is over, of a site or of none. @returns its id */
async function alertOf(site: string | null): Promise<string> {
  const id = uuidV7(Date.now(), randomBytes);
  const over = { severity: "warning", state: "normal", body: {} };
  await services.alert.create({
    data: { id, rev: 1, ruleId: "offline", scopeKey: site ?? "", site, ...over },
  });
  return id;
}

test("acts at sites are those on agents that stand there and on alerts of them, and on nothing else", async () => {
  await services.agent.createMany({
    data: [
      { id: "north-1", site: "north" },
      { id: "south-1", site: "south" },
    ],
  });
  const [north, south, ofNone] = [await alertOf("north"), await alertOf("south"), await alertOf(null)];
  const elsewhere = ["agent/south-1", "agent/nobody", "key/one", "alert/not-an-id", `alert/${south}`];
  for (const subject of ["agent/north-1", `alert/${north}`, `alert/${ofNone}`, ...elsewhere])
    await recordOperation(
      services,
      { actor: { kind: "operator", id: "p-ada" }, reason: `for ${subject}` },
      { action: "agent.revoked", subject, facts: {} },
      1,
    );
  const subjectsAt = async (sites: string[], limit = 5) =>
    (await actsAtSites(services, sites, limit)).map(({ subject }) => subject);
  expect(await subjectsAt(["north"])).toEqual([`alert/${north}`, "agent/north-1"]);
  expect(await subjectsAt(["north"], 1)).toEqual([`alert/${north}`]);
  expect((await subjectsAt(["north", "south"])).toSorted()).toEqual(
    ["agent/north-1", "agent/south-1", `alert/${north}`, `alert/${south}`].toSorted(),
  );
  expect(await subjectsAt([])).toEqual([]);
  expect((await actsAtSites(services, ["north"], 1))[0]?.reason).toBe(`for alert/${north}`);
});
