import { type KeyRole, type KeyState, type RingKey, readRingKey } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { type ActingOptions, actOf } from "./acting.ts";
import { keyNamed, readPem, shortId, withKeys } from "./key-command.ts";

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
  const { actor, reason, dryRun } = actOf(options);
  const key = readRingKey(await readPem(file), options.role);
  const what = `${key.subject} (${shortId(key.certSha256)}) as ${key.role}`;
  if (dryRun) return say(`would encrypt new objects to ${what}, too`);
  await withKeys(({ ring }) => ring.change({ added: [key], states: {} }, { actor, reason }));
  say(`new objects are encrypted to ${what}, too, as soon as the workers believe it (tapline key check)`);
}

export async function change(how: keyof typeof next, named: string, options: ActingOptions): Promise<void> {
  const { actor, reason, dryRun } = actOf(options);
  await withKeys(async ({ ring, map }) => {
    const keys = await ring.read();
    const key = keyNamed(keys, named);
    const state = next[how](key);
    const usable = keys.filter(isUsable).map(({ ski }) => ski);
    const lost = await map.lostWith([key.ski], usable);
    const effect = `${key.subject} (${shortId(key.certSha256)}): ${key.state} → ${state}`;
    const warning = `${lost.segments} segments with ${lost.taps} taps open with no other usable key`;
    if (dryRun) return say(`would change ${effect}; ${warning}`);
    if (state === "retired" && lost.segments > 0)
      throw new TaplineError("conflict", `${key.subject} cannot be retired: ${warning}`, {
        remedy: "Open them to another key first: `tapline archive rewrap`.",
      });
    await ring.change({ added: [], states: { [key.certSha256]: state } }, { actor, reason });
    say(lost.segments > 0 ? `${effect}. ${warning}.` : effect);
  });
}

const isUsable = ({ state }: RingKey): boolean => state === "active" || state === "retiring";

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
