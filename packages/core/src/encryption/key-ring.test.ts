import { beforeAll, describe, expect, test } from "vitest";
import { issueCrl, issueLeaf } from "./issue.ts";
import { type HierarchyFile, issueHierarchy } from "./issue-hierarchy.ts";
import {
  changeRing,
  judgeRing,
  type KeyState,
  type RingKey,
  type RingTrust,
  readRingKey,
} from "./key-ring.ts";
import { openAuthority } from "./open-authority.ts";

const nowEpochMs = Date.now();
let files: Record<string, HierarchyFile>;
let other: Record<string, HierarchyFile>;
const request = { nowEpochMs, organisation: "Test", agents: [], hosts: [] };
const pem = (name: string, from = files): string => from[name]?.pem ?? "";
const trust = (changes: Partial<RingTrust> = {}): RingTrust => ({
  ...{ rootPems: [pem("trust.pem")], crlPems: [pem("trust.pem")] },
  ...{ chainPems: [pem("intermediate.crt")], pins: new Set<string>(), ...changes },
});

let archive: RingKey;
let escrow: RingKey;

beforeAll(async () => {
  [files, other] = await Promise.all([issueHierarchy(request), issueHierarchy(request)]);
  archive = readRingKey(pem("archive.crt"), "archive");
  escrow = readRingKey(pem("escrow.crt"), "escrow");
});

async function successor(lifetimeMs = 1e9): Promise<RingKey> {
  const issuer = await openAuthority(pem("intermediate.crt"), pem("intermediate.key"), "the authority");
  const { certPem } = await issueLeaf(
    { commonName: "Tapline archive", organisation: "Test", issuer, use: "keyAgreement" },
    { notBefore: new Date(nowEpochMs - 1e6), notAfter: new Date(nowEpochMs + lifetimeMs) },
  );
  return readRingKey(certPem, "archive");
}

describe("a change of the ring", () => {
  test("brings a successor and retires its predecessor in one step", async () => {
    const next = await successor();
    const ring = changeRing([archive, escrow], [next], { [archive.certSha256]: "retiring" });
    expect(ring.map(({ state }) => state)).toEqual(["retiring", "active", "active"]);
  });

  test.each<[KeyState, "archive" | "escrow"]>([
    ["retiring", "archive"],
    ["revoked", "archive"],
    ["revoked", "escrow"],
  ])("to %s is refused where no active %s key would be left", (state, role) => {
    const key = role === "archive" ? archive : escrow;
    expect(() => changeRing([archive, escrow], [], { [key.certSha256]: state })).toThrow(
      `no active ${role} key would be left`,
    );
  });

  test("never brings a revoked key back, and takes no certificate twice", async () => {
    const ring = [archive, escrow, { ...(await successor()), state: "revoked" as const }];
    const revoked = ring[2]?.certSha256 ?? "";
    expect(() => changeRing(ring, [], { [revoked]: "active" })).toThrow("cannot become active");
    expect(() => changeRing(ring, [archive], {})).toThrow("is in the ring already");
  });
});

describe("the recipients of new objects", () => {
  test("are the active keys alone", async () => {
    const ring = [archive, escrow, { ...(await successor()), state: "retiring" as const }];
    expect(judgeRing(ring, trust()).recipients.map(({ ski }) => ski)).toEqual([archive.ski, escrow.ski]);
  });

  test("are not those that somebody wrote into the database: no chain, another root, another certificate", () => {
    const stranger = readRingKey(pem("archive.crt", other), "archive");
    const swapped = { ...archive, certPem: pem("archive.crt", other) };
    const { recipients, refused } = judgeRing([stranger, swapped, escrow], trust());
    expect(recipients.map(({ ski }) => ski)).toEqual([escrow.ski]);
    expect(refused.map(({ why }) => why)).toEqual([
      expect.stringContaining("no trusted authority issued it"),
      expect.stringContaining("not the one that the ring names"),
    ]);
    const pinned = trust({ pins: new Set([stranger.certSha256]) });
    expect(judgeRing([stranger], pinned).recipients).toHaveLength(1);
  });

  test("are not those that a list revokes, also where they have expired; expiry alone is no reason", async () => {
    const past = await successor(-1);
    expect(judgeRing([past], trust()).recipients).toHaveLength(1);
    const issuer = await openAuthority(pem("intermediate.crt"), pem("intermediate.key"), "the authority");
    const times = { notBefore: new Date(nowEpochMs), notAfter: new Date(nowEpochMs + 1e9) };
    const list = await issueCrl(issuer, times, [past.certPem]);
    const { recipients, refused } = judgeRing([past, escrow], trust({ crlPems: [pem("root.crl"), list] }));
    expect(recipients.map(({ ski }) => ski)).toEqual([escrow.ski]);
    expect(refused[0]?.why).toContain("has revoked it");
  });
});
