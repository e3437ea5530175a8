import { canonicalJson, sha256Hex, TaplineError } from "@tapline/core/kernel";
import { type RuleKind, type RuleRelease, type RuleStanding, ruleKindNames } from "@tapline/core/rollout";
import type { Act, Transaction } from "../acts.ts";

/** A release as it stands in PostgreSQL, whatever its kind. */
export type RuleRow = RuleRelease & { readonly document: unknown };

/** What putting a release of before in force again has come to. */
export type Brought = {
  /** What is in force now. */
  readonly version: number;
  /** A line for each part that is another; none where nothing is. */
  readonly changes: readonly string[];
  /** What else is to be known of what is in force now, a line each. */
  readonly notes: readonly string[];
};

/** Rules of one kind: where their releases stand, and how one of before comes back. */
export type RuleSource = {
  /** Held by who changes which are in force. */
  readonly lock: string;
  /** All, newest first. */
  readonly rows: (tx: Transaction) => Promise<RuleRow[]>;
  readonly standing: (tx: Transaction, rows: readonly RuleRow[]) => Promise<RuleStanding>;
  /** @throws TaplineError where what came back then may be in force no more */
  readonly bring: (
    tx: Transaction,
    { target, active }: { readonly target: RuleRow; readonly active: RuleRow },
    act: Act,
    at: Date,
  ) => Promise<Brought>;
};

type Made = { readonly version: number; readonly madeAt: Date; readonly madeBy: string };

export function ruleRow({ version, madeAt, madeBy }: Made, document: unknown): RuleRow {
  const others = { ...(document as Readonly<Record<string, unknown>>), version: 0 };
  return {
    ...{ version, madeAtEpochMs: madeAt.getTime(), madeBy, document },
    content: sha256Hex(canonicalJson(others)),
  };
}

/** Of a kind whose newest release is in force: what is older, and the same, has come back by it. */
export async function newestStands(_: Transaction, rows: readonly RuleRow[]): Promise<RuleStanding> {
  const [active, last, ...others] = rows;
  const origin = others.find(({ content }) => content === active?.content);
  return {
    ...{ version: active?.version ?? null, before: last?.version ?? null },
    origin: origin?.version ?? null,
  };
}

/** Where a command gives out other rules. */
const releaseCommands: Readonly<Record<RuleKind, string>> = {
  "validation-rules": "tapline rules release",
  "alert-rules": "tapline alerts apply",
  "alert-channels": "tapline alerts channel release",
  "noops-rules": "tapline noops apply",
};

/** @throws TaplineError `conflict` where the rules of a release may be in force no more, naming what is wrong */
export function unsound(
  kind: RuleKind,
  version: number,
  faults: readonly { readonly place: string; readonly fault: string }[],
): TaplineError {
  const said = faults.slice(0, 3).map(({ place, fault }) => `${place}: ${fault}`);
  return new TaplineError(
    "conflict",
    `version ${version} of the ${ruleKindNames[kind]} may be in force no more: ${said.join("; ")}`,
    { remedy: `give out a file without these faults: \`${releaseCommands[kind]}\`` },
  );
}
