import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KeyDesk, KeyRequests, KeyRing } from "@tapline/adapters/keys";
import {
  CachesDesk,
  ClosedArchives,
  connectPrisma,
  type PrismaClient,
  ReleaseDesk,
  RulesDesk,
} from "@tapline/adapters/prisma";
import { leaseCheck, NoopsLease } from "@tapline/adapters/prisma/noops";
import { issueHierarchy, readRingKey } from "@tapline/core/encryption";
import { type HouseAct, isHouseAct, undoOf } from "@tapline/core/noops";
import { defaultRules } from "@tapline/core/validation";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase } from "../../../../tools/test-servers/index.ts";
import { actInHouse, type HouseParts, type HouseTerms } from "./house-hands.ts";

let prisma: PrismaClient;
let parts: HouseParts;
const by = { actor: { kind: "rule", id: "a-rule" }, reason: "rule a-rule, decision 1" } as const;
const nobody = { approvedBy: null, armedBy: null, left: null };
let going: HouseTerms;
const nothing = () => Promise.reject(new Error("not in this test"));

beforeAll(async () => {
  prisma = connectPrisma(await freshDatabase());
  const fence = await new NoopsLease(prisma, 3_600_000).take("this process");
  going = { ...by, ...nobody, fence: fence ?? -1, signal: new AbortController().signal };
  parts = {
    flush: { buffer: {}, index: {} } as never,
    ...{ keys: { standing: nothing, change: nothing }, pkiFolder: null, clock: Date.now },
    releases: new ReleaseDesk(prisma, Date.now),
    ...{ rules: new RulesDesk(prisma, Date.now), keyRequests: new KeyRequests(prisma, Date.now) },
    ...{ closed: new ClosedArchives(prisma), caches: new CachesDesk(prisma, Date.now), leaseCheck },
  };
});
afterAll(() => prisma.$disconnect());

/** Does an act and then what undoes it. @returns what the act changed */
async function doAndUndo(act: HouseAct, between: () => Promise<void>) {
  const changed = await actInHouse(act, going, parts);
  await between();
  const undo = undoOf({ act, before: changed.before });
  if (undo === null || !isHouseAct(undo)) throw new Error(`${act.kind} is not undone in the house`);
  const left = { decision: "1", state: changed.after };
  await actInHouse(undo, { ...going, left }, parts);
  return changed;
}

test("what somebody has set since is not taken back with what is undone", async () => {
  const [closed, rules] = [new ClosedArchives(prisma), new RulesDesk(prisma, Date.now)];
  const left = { decision: "1", state: { open: false } };
  const opening = { kind: "target", archive: "second", open: true } as const;
  await expect(actInHouse(opening, { ...going, left }, parts)).rejects.toThrow(
    "what decision 1 left has changed since: open was false and is true",
  );
  await closed.set("second", false);
  await actInHouse(opening, { ...going, left }, parts);
  expect(await closed.read()).toEqual([]);
  const back = { kind: "switch-rules", release: 1 } as const;
  const other = { decision: "1", state: { release: 7 } };
  const active = await rules.activeVersion();
  await expect(actInHouse(back, { ...going, left: other }, parts)).rejects.toThrow("release was 7 and is");
  expect(await rules.activeVersion()).toBe(active);
});

test("an archive that is closed is open again once that is undone", async () => {
  const closed = new ClosedArchives(prisma);
  const changed = await doAndUndo({ kind: "target", archive: "second", open: false }, async () => {
    expect(await closed.read()).toEqual(["second"]);
  });
  expect(changed).toEqual({ before: { open: true }, after: { open: false } });
  expect(await closed.read()).toEqual([]);
});

test("a quota is a release of validation's rules in the rule's name; undone, the one before is in force", async () => {
  const rules = new RulesDesk(prisma, Date.now);
  await rules.makeFirst(defaultRules);
  await doAndUndo({ kind: "quota", tapsPerHour: 60, burst: 5 }, async () => {
    expect(await rules.activeVersion()).toBe(2);
    const { trackerRate, ...others } = (await rules.find(2)).rules;
    expect(trackerRate).toEqual({ tapsPerHour: 60, burstTaps: 5 });
    expect({ ...others, trackerRate: defaultRules.trackerRate }).toEqual(defaultRules);
  });
  expect(await rules.activeVersion()).toBe(1);
  const told = await prisma.auditEntry.findMany({ where: { actorId: "a-rule" } });
  expect(told.map(({ action }) => action).toSorted()).toEqual([
    "rules.released",
    "rules.switched",
    "rules.switched",
  ]);
});

test("a roll-back is the release desk's, in the rule's name", async () => {
  const desk = new ReleaseDesk(prisma, Date.now);
  const act = { actor: { kind: "operator", id: "ada" }, reason: "a new one", dryRun: false } as const;
  await desk.make({ service: "validation", version: "1.4.0", config: {}, rules: null }, act);
  const { shift } = await desk.shift(1, act);
  await desk.note(shift, { ...shift.state, phase: "promoted", why: "seen" }, null);
  const changed = await actInHouse({ kind: "roll-back", service: "validation" }, going, parts);
  const [open] = await desk.open();
  expect(open).toMatchObject({ kind: "return", base: 1, release: null, startedBy: "rule/a-rule" });
  expect(changed).toEqual({ before: { release: 1 }, after: { release: null, shift: open?.id } });
});

test("where no PKI is known no key is rotated", async () => {
  await expect(actInHouse({ kind: "rotate-key" }, going, parts)).rejects.toMatchObject({
    code: "misconfigured",
  });
});

test("a quota that the kill switch meets between its steps is released and not in force", async () => {
  const rules = new RulesDesk(prisma, Date.now);
  const [before, stop] = [await rules.activeVersion(), new AbortController()];
  const release: RulesDesk["release"] = async (...args) => {
    const version = await rules.release(...args);
    stop.abort(new Error("killed"));
    return version;
  };
  const stopped = { ...parts, rules: Object.assign(new RulesDesk(prisma, Date.now), { release }) };
  const act = { kind: "quota", tapsPerHour: 90, burst: 9 } as const;
  await expect(actInHouse(act, { ...going, signal: stop.signal }, stopped)).rejects.toThrow("killed");
  expect(await rules.activeVersion()).toBe(before);
});

test("a quota that was made of rules which somebody has switched meanwhile is not in force", async () => {
  const rules = new RulesDesk(prisma, Date.now);
  const before = (await rules.activeVersion()) ?? 0;
  const by = { actor: { kind: "operator", id: "ada" }, reason: "a new sensor" } as const;
  const other = await rules.release(defaultRules, by);
  const release: RulesDesk["release"] = async (...args) => {
    await rules.switchTo(other, by);
    return await rules.release(...args);
  };
  const late = { ...parts, rules: Object.assign(new RulesDesk(prisma, Date.now), { release }) };
  await expect(actInHouse({ kind: "quota", tapsPerHour: 30, burst: 3 }, going, late)).rejects.toThrow(
    `version ${other} of the validation rules is in force by now, and no longer version ${before}`,
  );
  expect(await rules.activeVersion()).toBe(other);
});

test("an archive that the kill switch meets after its look stays open, and no shift begins after it", async () => {
  const [closed, stop] = [new ClosedArchives(prisma), new AbortController()];
  const read: HouseParts["closed"]["read"] = async () => {
    stop.abort(new Error("killed"));
    return await closed.read();
  };
  const stopped = { ...parts, closed: Object.assign(new ClosedArchives(prisma), { read }) };
  const terms = { ...going, signal: stop.signal };
  const shutting = { kind: "target", archive: "third", open: false } as const;
  await expect(actInHouse(shutting, terms, stopped)).rejects.toThrow("killed");
  expect(await closed.read()).toEqual([]);
  const shifts = await prisma.releaseShift.findMany();
  const steps = { steps: [100], windowMs: 60_000 };
  for (const act of [
    { kind: "roll-back", service: "validation" } as const,
    { kind: "shift", service: "validation", release: 1, ...steps } as const,
  ])
    await expect(actInHouse(act, terms, parts)).rejects.toThrow("killed");
  expect(await prisma.releaseShift.findMany()).toEqual(shifts);
});

test("a flush that the kill switch meets after its look ends no life of the buffer, and leaves no door barred", async () => {
  const stop = new AbortController();
  const done: string[] = [];
  let looks = 0;
  const flush: HouseParts["flush"] = {
    buffer: {
      generation: async () => "life",
      backlog: async () => ({ taps: 1, frameBytes: 1, resultBytes: 0 }) as never,
      openSegments: async () => [],
      endLife: async (life) => done.push(`end ${life}`) > 0,
    },
    index: { generation: async () => "life", endGeneration: async (life) => void done.push(`fence ${life}`) },
    bar: {
      set: async (life) => void done.push(`bar ${life}`),
      lift: async () => void done.push("lift"),
      runs: async () => {
        looks += 1;
        // With the door barred.
        if (looks === 2) stop.abort(new Error("killed"));
        return { runs: [], unnamed: 0 };
      },
    },
    ...{ holders: { told: async () => new Map(), withoutEnd: async () => [] }, clock: Date.now },
  };
  const terms = { ...going, signal: stop.signal };
  const act = { kind: "flush-buffer", heardWithinMs: 60_000 } as const;
  await expect(actInHouse(act, terms, { ...parts, flush })).rejects.toThrow("killed");
  expect(done).toEqual(["bar life", "lift"]);
});

const ada = { actor: { kind: "operator", id: "ada" }, reason: "ada wants it" } as const;
const ben = { actor: { kind: "operator", id: "ben" }, reason: "ben looked" } as const;

test("where two persons have to want a rotation, whoever approved it or armed the rule has only asked for it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tapline-rotate-two-"));
  try {
    const wanted = { nowEpochMs: Date.now(), organisation: "T", agents: [], hosts: [] };
    const files = await issueHierarchy(wanted);
    for (const [name, { pem }] of Object.entries(files)) await writeFile(join(folder, name), pem);
    for (const id of ["ada", "ben"])
      await prisma.user.create({ data: { id, name: id, email: `${id}@console.test`, role: "admin" } });
    const keys = new KeyDesk(prisma, Date.now);
    const seed = (["archive", "escrow"] as const).map((role) => readRingKey(files[`${role}.crt`]!.pem, role));
    await new KeyRing(prisma, Date.now).seed(seed, ada);
    await keys.change({ kind: "rule", twoPersons: true }, ada, { stand: null, twoPersons: "ask" });
    const requests = new KeyRequests(prisma, Date.now);
    const rotate = (wanting: object) =>
      actInHouse({ kind: "rotate-key" }, { ...going, ...wanting }, { ...parts, keys, pkiFolder: folder });
    const states = async () => (await keys.standing()).ring.map(({ role, state }) => `${role} ${state}`);

    const armed = await rotate({ armedBy: ada.actor });
    const first = String(armed.after.waitsForSecondPerson);
    const { stand } = await keys.standing();
    await expect(requests.approve(first, stand, ada)).rejects.toMatchObject({ code: "forbidden" });
    const told = await prisma.auditEntry.findFirstOrThrow({ where: { action: "key.change-asked" } });
    expect(told.actorId).toBe("a-rule");

    const onDisk = await readdir(folder);
    const said = { kind: "operator", id: "Ada" } as const;
    await expect(rotate({ armedBy: ada.actor })).rejects.toThrow("waits for its second person already");
    expect(await readdir(folder)).toEqual(onDisk);
    await requests.cancel(first, ada);
    for (const wanting of [{ armedBy: said }, { approvedBy: said }, {}])
      await expect(rotate(wanting)).rejects.toMatchObject({ code: "forbidden" });
    expect(await readdir(folder)).toEqual(onDisk);

    const approved = await rotate({ approvedBy: ada.actor });
    const second = String(approved.after.waitsForSecondPerson);
    expect(await states()).toEqual(["archive active", "escrow active"]);
    await expect(requests.approve(second, stand, ada)).rejects.toMatchObject({ code: "forbidden" });
    await requests.approve(second, stand, ben);
    expect(await states()).toHaveLength(3);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
