import { changeRing, type KeyRole, type KeyState, type RingKey, readRingKey } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { type ActingOptions, actOf } from "./acting.ts";
import { keyNamed, shortId, withKeys } from "./key-command.ts";
import { readGivenText } from "./read-given.ts";
import { extentOf, isUsable, sayWithout, type WithoutKeys, withoutKeys } from "./without-keys.ts";

const next: Readonly<Record<"activate" | "retire" | "revoke", (key: RingKey) => KeyState>> = {
  activate: () => "active",
  retire: ({ state }) => (state === "retiring" ? "retired" : "retiring"),
  revoke: () => "revoked",
};

export async function list({ json }: { json?: boolean }): Promise<void> {
  const keys = await withKeys(({ ring }) => ring.read());
  for (const { certPem: _, ...key } of keys)
    process.stdout.write(`${json === true ? JSON.stringify(key) : lineOf(key)}\n`);
  if (keys.length === 0)
    process.stderr.write("The ring is empty: it is filled from TAPLINE_RECIPIENTS with the first segment.\n");
}

function lineOf({
  certSha256,
  ski,
  role,
  state,
  subject,
  notAfterEpochMs,
}: Omit<RingKey, "certPem">): string {
  const end = new Date(notAfterEpochMs).toISOString().slice(0, 10);
  return [
    shortId(certSha256),
    role.padEnd(7),
    state.padEnd(8),
    `until ${end}`,
    `key id ${ski}`,
    subject,
  ].join("  ");
}

export async function add(file: string, options: ActingOptions & { role: KeyRole }): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const key = readRingKey(await readGivenText(file), options.role);
  const what = `${key.subject} (${shortId(key.certSha256)}) as ${key.role}`;
  if (dryRun) return say(`would encrypt new objects to ${what}, too`);
  await withKeys(({ ring }) => ring.change({ added: [key], states: {} }, act));
  say(`new objects are encrypted to ${what}, too, as soon as the workers believe it (tapline key check)`);
}

export async function change(how: keyof typeof next, named: string, options: ActingOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  await withKeys(async ({ ring, map }) => {
    const keys = await ring.read();
    const key = keyNamed(keys, named);
    const state = next[how](key);
    const effect = `${key.subject} (${shortId(key.certSha256)}): ${key.state} → ${state}`;
    const after = changeRing(keys, [], { [key.certSha256]: state });
    // Another certificate for the same key, as after a renewal, keeps the key in use.
    const skis = after.some((other) => other.ski === key.ski && isUsable(other)) ? [] : [key.ski];
    const without = await withoutKeys(skis, after, map);
    const opened = (await map.shares()).find(({ ski }) => ski === key.ski);
    if (dryRun) say(`would change ${effect}`);
    else {
      if (state === "retired" && without.lost.segments > 0)
        throw new TaplineError("conflict", `${key.subject} cannot be retired: ${sayWithout(without)}`, {
          remedy: "Open them to another key first: `tapline archive rewrap`.",
        });
      await ring.change({ added: [], states: { [key.certSha256]: state } }, act);
      say(effect);
    }
    const active = after.filter((other) => other.state === "active").map(({ subject }) => subject);
    say(`new objects: encrypted to ${active.join("; ")}`);
    say(
      `old objects: it opens ${opened === undefined ? "nothing" : extentOf(opened)}. ${consequence(state, without)}.`,
    );
  });
}

/** What the state means for what the key opens. */
function consequence(state: KeyState, without: WithoutKeys): string {
  if (state === "active") return "Keep its private key at hand";
  if (state === "retiring")
    return "Keep its private key at hand for them, until they are rewrapped and it is retired";
  if (state === "retired" && without.lost.segments > 0) return `It would be refused: ${sayWithout(without)}`;
  if (state === "retired") return `Its private key can be put away: ${sayWithout(without)}`;
  const rescue =
    without.lost.segments === 0
      ? ""
      : ". While its private key is at hand, rewrap them for another: tapline archive rewrap";
  return `Never again can it be made active; without it ${sayWithout(without)}${rescue}`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
