import type { KeyDesk, KeyRequests } from "@tapline/adapters/keys";
import type {
  CachesDesk,
  ClosedArchives,
  LeaseCheck,
  ReleaseDesk,
  RulesDesk,
} from "@tapline/adapters/prisma";
import { type Actor, TaplineError } from "@tapline/core/kernel";
import type { ActState, HouseAct } from "@tapline/core/noops";
import { defaultPlan, releasedServiceSchema } from "@tapline/core/rollout";
import { flushHeldBuffer, type GuardedParts } from "../jobs/flush-buffer.ts";
import { rotateWhereDue } from "../keys/rotate-where-due.ts";
import { assertAsLeft, type Left } from "./assert-as-left.ts";

export type HouseParts = {
  readonly flush: GuardedParts;
  readonly keys: Pick<KeyDesk, "standing" | "change">;
  readonly keyRequests: Pick<KeyRequests, "list" | "assertMayAsk">;
  /** Folder of the PKI that issues keys; null where this process has none. */
  readonly pkiFolder: string | null;
  readonly releases: Pick<ReleaseDesk, "shift" | "rollBack">;
  readonly rules: Pick<RulesDesk, "activeVersion" | "find" | "release" | "switchTo">;
  readonly closed: Pick<ClosedArchives, "read" | "set">;
  readonly caches: Pick<CachesDesk, "flush">;
  /** Lets what is written be written while this process decides under the number, and not later. */
  readonly leaseCheck: (fence: number) => LeaseCheck;
  readonly clock: () => number;
};

/** Who has it done, and what breaks it off between its steps: where the kill switch is pulled, or another process decides. */
export type HouseTerms = {
  readonly actor: Actor;
  readonly reason: string;
  /** Number of the lease: each write asks whether it is still held, for a process that stood still heeds no signal. */
  readonly fence: number;
  readonly signal: AbortSignal;
  /** Who let it be done, by an answer in NoOps; null where the rule acts by itself. */
  readonly approvedBy: Actor | null;
  /** Who has let the rule act by itself; null where nobody is known to have. */
  readonly armedBy: Actor | null;
  /** What the decision that this undoes has left behind; null where it undoes none. */
  readonly left: Left | null;
};

export type Changed = { readonly before: ActState; readonly after: ActState };

/**
 * Does what the actuator does not: each by the code that people's own commands use, so that it is told and refused the same.
 * @throws TaplineError as that code does; `conflict` (`fenced`) where another process decides by now: then nothing is changed
 */
export async function actInHouse(act: HouseAct, terms: HouseTerms, parts: HouseParts): Promise<Changed> {
  const { signal, left } = terms;
  const by = actOf(terms, parts);
  switch (act.kind) {
    case "flush-buffer": {
      const flush = { ...by, atEpochMs: parts.clock(), signal };
      const { generation, taps } = await flushHeldBuffer(flush, act.heardWithinMs, parts.flush);
      return { before: { generation, taps }, after: { taps: 0 } };
    }
    case "flush-caches":
      signal.throwIfAborted();
      await parts.caches.flush(by);
      return { before: {}, after: {} };
    case "rotate-key":
      return await rotateKey(terms, parts);
    case "shift":
    case "roll-back":
      return await leadRelease(act, terms, parts);
    case "target": {
      assertAsLeft(left, { open: !(await parts.closed.read()).includes(act.archive) });
      signal.throwIfAborted();
      const before = await parts.closed.set(act.archive, act.open, by.leaseCheck);
      return { before: { open: !before.includes(act.archive) }, after: { open: act.open } };
    }
    case "quota":
      return await setQuota(act, terms, parts);
    case "switch-rules": {
      const before = await parts.rules.activeVersion();
      assertAsLeft(left, { release: before });
      signal.throwIfAborted();
      await parts.rules.switchTo(act.release, by, before ?? 0);
      return { before: { release: before }, after: { release: act.release } };
    }
  }
}

/** Who has it done, and why, for as long as this process decides. */
function actOf({ actor, reason, fence }: HouseTerms, { leaseCheck }: HouseParts) {
  return { actor, reason, leaseCheck: leaseCheck(fence) };
}

/** Begun, and led on by whoever leads releases: its analysis, the kill switch and people go on to count for it. */
async function leadRelease(
  act: Extract<HouseAct, { kind: "shift" | "roll-back" }>,
  terms: HouseTerms,
  parts: HouseParts,
): Promise<Changed> {
  const { signal, left } = terms;
  const service = releasedServiceSchema.parse(act.service);
  const by = { ...actOf(terms, parts), dryRun: false };
  signal.throwIfAborted();
  const { shift } =
    act.kind === "shift"
      ? await parts.releases.shift(
          act.release,
          { ...by, expects: { is: "at-rest", service, release: act.release } },
          { ...defaultPlan, steps: [...act.steps], windowMs: act.windowMs },
        )
      : await parts.releases.rollBack(service, {
          ...by,
          ...(left === null ? {} : { expects: { is: "still-led", service, left: left.state } }),
        });
  return { before: { release: shift.base }, after: { release: shift.release, shift: shift.id } };
}

async function rotateKey(terms: HouseTerms, parts: HouseParts): Promise<Changed> {
  const { signal, approvedBy, armedBy, actor } = terms;
  const { keys, keyRequests, pkiFolder, clock } = parts;
  if (pkiFolder === null)
    throw new TaplineError("misconfigured", "no folder of a PKI is known to the role noops", {
      remedy: "set TAPLINE_KEY_PKI, or rotate by `tapline key rotate`",
    });
  await assertNoneWaits(keyRequests);
  // Whoever approved it, or armed the rule, has asked for it: where two persons have to want it, the second one is somebody else.
  const asker = approvedBy ?? armedBy ?? actor;
  // Before a key is made that nobody could approve.
  await keyRequests.assertMayAsk(asker);
  const rotated = await rotateWhereDue(
    { folder: pkiFolder, afterDays: 0, nowEpochMs: clock(), twoPersons: "ask", asker },
    { desk: keys, signal },
    { ...actOf(terms, parts), actor: approvedBy ?? actor },
  );
  if (rotated === null) throw new TaplineError("conflict", "no archive key is in use that could be rotated");
  const { request, successor } = rotated;
  const key = successor.certSha256;
  return { before: {}, after: request === null ? { key } : { key, waitsForSecondPerson: request } };
}

/** Each successor is a key on a disk: none is made while another one waits for its second person. @throws TaplineError `conflict` */
async function assertNoneWaits(requests: HouseParts["keyRequests"]): Promise<void> {
  const waiting = (await requests.list()).find(
    ({ state, change }) => state === "waiting" && change.kind === "rotate" && change.role === "archive",
  );
  if (waiting === undefined) return;
  throw new TaplineError("conflict", "a rotation of the archive's key waits for its second person already", {
    remedy: "approve or cancel it on the page Keys",
    facts: { request: waiting.id, askedBy: waiting.askedBy },
  });
}

async function setQuota(
  { tapsPerHour, burst }: Extract<HouseAct, { kind: "quota" }>,
  terms: HouseTerms,
  parts: HouseParts,
): Promise<Changed> {
  const by = actOf(terms, parts);
  const [{ signal }, { rules }] = [terms, parts];
  const active = await rules.activeVersion();
  if (active === null) throw new TaplineError("unavailable", "validation has no rules yet");
  const { rules: present } = await rules.find(active);
  signal.throwIfAborted();
  const trackerRate = { tapsPerHour, burstTaps: burst };
  const release = await rules.release({ ...present, trackerRate }, by);
  signal.throwIfAborted();
  // What somebody else has put in force meanwhile was not looked at.
  await rules.switchTo(release, by, active);
  return { before: { release: active }, after: { release } };
}
