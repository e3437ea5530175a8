import { TaplineError } from "../kernel/index.ts";
import { type Certificate, certificatesIn } from "./certificate.ts";
import { type Recipient, readRecipient } from "./recipient.ts";
import { type Trust, verifyChain } from "./verify-chain.ts";

/**
 * What a key of the ring is used for.
 *
 * - `active`: new objects are encrypted to it.
 * - `retiring`: no new objects, but its private key is needed to open those of before.
 * - `retired`: its private key is no longer kept at hand; what only it opens must not be needed any more.
 * - `revoked`: it may be in wrong hands, or is lost: never again.
 */
export const keyStates = ["active", "retiring", "retired", "revoked"] as const;

export type KeyState = (typeof keyStates)[number];

/** Whose key it is: the archive's own, the escrow's, or somebody else's. */
export const keyRoles = ["archive", "escrow", "other"] as const;

export type KeyRole = (typeof keyRoles)[number];

/** A certificate that objects are, or were, encrypted to. */
export interface RingKey {
  /** SHA-256 of the certificate's DER, hexadecimal: its name in the ring. */
  readonly certSha256: string;
  /** SubjectKeyIdentifier, hexadecimal: how objects name the key. */
  readonly ski: string;
  readonly subject: string;
  readonly certPem: string;
  readonly role: KeyRole;
  readonly state: KeyState;
  readonly notAfterEpochMs: number;
}

/** Reads a certificate (PEM, its chain may follow) into a key of the ring. @throws TaplineError `misconfigured` */
export function readRingKey(certPem: string, role: KeyRole, state: KeyState = "active"): RingKey {
  const { ski, subject, certSha256 } = readRecipient(certPem);
  const notAfterEpochMs = leafOf(certPem).notAfterEpochMs;
  return { certSha256, ski, subject, certPem, role, state, notAfterEpochMs };
}

/** When a certificate began to be valid, ms since 1970: how old a key is. */
export function validFromEpochMs(certPem: string): number {
  return leafOf(certPem).notBeforeEpochMs;
}

const ways: Readonly<Record<KeyState, readonly KeyState[]>> = {
  active: ["retiring", "revoked"],
  retiring: ["active", "retired", "revoked"],
  retired: ["retiring", "revoked"],
  revoked: [],
};

/**
 * The ring after a change: new keys, and keys in another state, in one step.
 * @param states new state by `certSha256`
 * @throws TaplineError `conflict` where a state cannot follow, a key is there twice, or no active key of the archive, or of
 * the escrow where there was one, would be left
 */
export function changeRing(
  ring: readonly RingKey[],
  added: readonly RingKey[],
  states: Readonly<Record<string, KeyState>>,
): RingKey[] {
  const known = new Set(ring.map(({ certSha256 }) => certSha256));
  for (const key of added)
    if (known.has(key.certSha256))
      throw conflict(`${key.subject} is in the ring already`, "See `tapline key ls`.");
  const next = [...ring.map((key) => inState(key, states[key.certSha256])), ...added];
  for (const role of ["archive", "escrow"] as const) {
    const isActive = (key: RingKey): boolean => key.role === role && key.state === "active";
    if (ring.some(isActive) && !next.some(isActive))
      throw conflict(
        `no active ${role} key would be left`,
        "Add or activate its successor in the same step: `tapline key rotate`.",
      );
  }
  return next;
}

function inState(key: RingKey, state: KeyState | undefined): RingKey {
  if (state === undefined || state === key.state) return key;
  if (!ways[key.state].includes(state))
    throw conflict(
      `${key.subject} is ${key.state} and cannot become ${state}`,
      ways[key.state].length === 0
        ? "A revoked key never comes back: issue another."
        : `It can become ${ways[key.state].join(" or ")}.`,
    );
  return { ...key, state };
}

/** How ring keys are believed, so that nobody becomes a recipient by writing to the database alone. */
export interface RingTrust extends Omit<Trust, "atEpochMs"> {
  /** Certificates between root and recipients, PEM. */
  readonly chainPems: readonly string[];
  /** SHA-256 of certificates that are believed without a chain: those that settings name. */
  readonly pins: ReadonlySet<string>;
}

export interface RingVerdict {
  /** Whom new objects are encrypted to. */
  readonly recipients: Recipient[];
  /** Active keys that are not believed, and why. */
  readonly refused: { readonly key: RingKey; readonly why: string }[];
}

/**
 * The active keys that may be believed: pinned, or issued below a trusted root and on no revocation list. Time is no
 * reason to refuse one: an expired certificate, or a list that is out of date, is warned of ahead, and when nobody acted
 * taps are better encrypted to it than kept waiting.
 */
export function judgeRing(ring: readonly RingKey[], trust: RingTrust): RingVerdict {
  const verdict: RingVerdict = { recipients: [], refused: [] };
  for (const key of ring.filter(({ state }) => state === "active")) {
    try {
      const recipient = readRecipient(key.certPem);
      if (recipient.certSha256 !== key.certSha256 || recipient.ski !== key.ski)
        throw new TaplineError("corrupt", "the certificate is not the one that the ring names");
      if (!trust.pins.has(key.certSha256)) believe(key.certPem, trust);
      verdict.recipients.push(recipient);
    } catch (error) {
      verdict.refused.push({ key, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return verdict;
}

/** At the certificate's own beginning all that its chain needs was valid; revocations count whenever they were made. */
function believe(certPem: string, { rootPems, crlPems, chainPems }: RingTrust): void {
  const [leaf, ...own] = certificatesIn(certPem, "the recipient");
  if (leaf === undefined) throw new TaplineError("corrupt", "it holds no certificate");
  const others = chainPems.flatMap((pem) => certificatesIn(pem, "the chain"));
  verifyChain(leaf, [...own, ...others], { rootPems, crlPems, atEpochMs: leaf.notBeforeEpochMs });
}

function leafOf(certPem: string): Certificate {
  const [leaf] = certificatesIn(certPem, "the recipient");
  if (leaf === undefined) throw new TaplineError("misconfigured", "the recipient file holds no certificate");
  return leaf;
}

function conflict(message: string, remedy: string): TaplineError {
  return new TaplineError("conflict", message, { remedy });
}
