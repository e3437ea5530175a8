import { z } from "zod";
import { sha256Hex, TaplineError } from "../kernel/index.ts";
import { changeRing, type KeyState, keyRoles, keyStates, type RingKey, readRingKey } from "./key-ring.ts";
import { certificateText } from "./offered-certificate.ts";

const [role, state] = [z.enum(keyRoles), z.enum(keyStates)];
const certSha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A certificate and those between it and the root: a few kB; more is something else. */
const certPem = z.string().min(1).max(32_768);

/**
 * A change of the ring as somebody wants it, with what they took the ring for: where a key is in another state meanwhile, or
 * others are active, it is another change, and refused.
 */
export const keyChangeSchema = z.discriminatedUnion("kind", [
  /** A key gets another state. */
  z.strictObject({ kind: z.literal("state"), key: certSha256, from: state, to: state }),
  /** New objects are encrypted to one more certificate. */
  z.strictObject({ kind: z.literal("add"), role, certPem }),
  /** A successor takes the place of the active keys of its role. */
  z.strictObject({ kind: z.literal("rotate"), role, certPem, replaced: z.array(certSha256).min(1).max(16) }),
  /** The rule itself: whether what lets somebody in, or shuts somebody out, needs two persons. */
  z.strictObject({ kind: z.literal("rule"), twoPersons: z.boolean() }),
]);

export type KeyChange = z.infer<typeof keyChangeSchema>;

/** What somebody can want of a key that is in the ring. */
export const keyVerbs = ["activate", "retire", "revoke"] as const;

export type KeyVerb = (typeof keyVerbs)[number];

const next: Readonly<Record<KeyVerb, (now: KeyState) => KeyState>> = {
  activate: () => "active",
  retire: (now) => (now === "retiring" ? "retired" : "retiring"),
  revoke: () => "revoked",
};

/** What a verb means for a key as it is now: a key that was retiring is retired by it. */
export function stateChange(verb: KeyVerb, key: Pick<RingKey, "certSha256" | "state">): KeyChange {
  return { kind: "state", key: key.certSha256, from: key.state, to: next[verb](key.state) };
}

/** A successor for all active keys of a role. @throws TaplineError `conflict` where there is none */
export function rotationTo(ring: readonly RingKey[], role: RingKey["role"], certPem: string): KeyChange {
  const replaced = activeOf(ring, role);
  if (replaced.length === 0)
    throw new TaplineError("conflict", `no ${role} key is active: there is nothing to rotate`, {
      remedy: "Add the certificate: `tapline key add`.",
    });
  return { kind: "rotate", role, certPem, replaced };
}

/** What a change does to the ring. */
export interface RingStep {
  readonly added: readonly RingKey[];
  /** New state by `certSha256`. */
  readonly states: Readonly<Record<string, KeyState>>;
  readonly after: readonly RingKey[];
}

/**
 * @throws TaplineError `conflict` where the ring is not what the change takes it for, or may not become what it would be;
 * `invalid-input`, `misconfigured` where a certificate cannot be a recipient
 */
export function stepOf(ring: readonly RingKey[], change: KeyChange): RingStep {
  if (change.kind === "rule") return { added: [], states: {}, after: ring };
  const added = change.kind === "state" ? [] : [readRingKey(certificateText(change.certPem), change.role)];
  const states = statesOf(ring, change);
  return { added, states, after: changeRing(ring, added, states) };
}

function statesOf(ring: readonly RingKey[], change: KeyChange): Record<string, KeyState> {
  if (change.kind === "state") {
    const key = ring.find(({ certSha256 }) => certSha256 === change.key);
    if (key === undefined) throw new TaplineError("not-found", "the ring has no such key");
    if (key.state !== change.from)
      throw otherwise(`${key.subject} is ${key.state} now, and was ${change.from} when this was asked for`);
    return { [change.key]: change.to };
  }
  if (change.kind !== "rotate") return {};
  const active = activeOf(ring, change.role);
  if (active.length !== change.replaced.length || active.some((key) => !change.replaced.includes(key)))
    throw otherwise(`other ${change.role} keys are active now than when this was asked for`);
  return Object.fromEntries(active.map((key) => [key, "retiring"]));
}

const activeOf = (ring: readonly RingKey[], role: RingKey["role"]): string[] =>
  ring.flatMap((key) => (key.role === role && key.state === "active" ? key.certSha256 : []));

function otherwise(message: string): TaplineError {
  return new TaplineError("conflict", message, { remedy: "Look at the ring, and ask anew." });
}

/** Whether two persons have to want it where the rule is on: it lets a key in, or in again, or shuts one out for ever, or ends the rule. */
export function needsTwoPersons(change: KeyChange): boolean {
  // A retired key on its way back: new objects have gone without it, perhaps for years, and whoever holds it would read them again.
  if (change.kind === "state") return change.to === "revoked" || change.from === "retired";
  return change.kind === "rule" ? !change.twoPersons : true;
}

/** Stands for a ring and its rule: another one after each change, so that whoever acts can say what they looked at. */
export function standOf(
  ring: readonly Pick<RingKey, "certSha256" | "state">[],
  { twoPersons }: { readonly twoPersons: boolean },
): string {
  return `${ringDigest(ring)}${twoPersons ? "+" : ""}`;
}

/** Stands for the keys of a ring and their states, in any order: 32 hexadecimal digits. */
export function ringDigest(ring: readonly Pick<RingKey, "certSha256" | "state">[]): string {
  const keys = ring.map(({ certSha256, state }) => `${certSha256} ${state}`).sort();
  return sha256Hex(Buffer.from(keys.join("\n"))).slice(0, 32);
}
