import { type Actor, actorSchema, canonicalJson, sha256Hex } from "../kernel/index.ts";
import type { NoopsRule, RuleMode } from "./rule.ts";

/** What people set for all rules or for one, apart from the rules themselves. Times: ms since 1970. */
export type NoopsSwitches = {
  /** The big red stop: nothing acts, and what acts is broken off. */
  readonly kill: SetByPerson | null;
  /** `down`: nothing is made smaller. */
  readonly pauses: readonly (SetByPerson & {
    readonly pauses: "all" | "down";
    readonly untilEpochMs: number | null;
  })[];
  /** Modes of single rules, in place of those that are written in them. */
  readonly modes: readonly (SetByPerson & {
    readonly ruleId: string;
    readonly mode: RuleMode;
    /** `formOf` the rule when it was set. */
    readonly form: string;
  })[];
};

export type SetByPerson = { readonly by: string; readonly atEpochMs: number; readonly reason: string | null };

export const noSwitches: NoopsSwitches = { kill: null, pauses: [], modes: [] };

/** Names what a rule does and when, without its mode: SHA-256 of the canonical JSON (RFC 8785), hexadecimal. */
export function formOf({ mode: _, ...rule }: NoopsRule): string {
  return sha256Hex(canonicalJson(rule));
}

/**
 * The mode in which a rule counts. A rule that was armed, or let ask, by hand and became another one since then is what is written in
 * it again; one that was put to `dry-run` stays so.
 */
export function modeOf(rule: NoopsRule, { modes }: Pick<NoopsSwitches, "modes">): RuleMode {
  const set = modes.find(({ ruleId }) => ruleId === rule.id);
  if (set === undefined) return rule.mode;
  return set.mode === "dry-run" || set.form === formOf(rule) ? set.mode : rule.mode;
}

/**
 * Who has let a rule act by itself: whoever armed it, else whoever put the rules in force in which it is armed. Where two persons have
 * to want what it does, this is the first of them.
 * @param madeBy `<kind>/<id>` of the latter
 * @returns null where that names nobody
 */
export function armedBy(
  rule: NoopsRule,
  { modes }: Pick<NoopsSwitches, "modes">,
  madeBy: string,
): Actor | null {
  const set = modes.find(({ ruleId, mode, form }) => {
    return ruleId === rule.id && mode === "armed" && form === formOf(rule);
  });
  if (set !== undefined) return { kind: "operator", id: set.by };
  const [kind, ...id] = madeBy.split("/");
  return actorSchema.safeParse({ kind, id: id.join("/") }).data ?? null;
}
