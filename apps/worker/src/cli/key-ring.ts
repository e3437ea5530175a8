import { type KeyRole, type KeyVerb, type RingKey, shortKeyId, stateChange } from "@tapline/core/encryption";
import { type KeyActingOptions, keyNamed, makeChange, withKeys } from "./key-command.ts";
import { readGivenText } from "./read-given.ts";

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
    shortKeyId(certSha256),
    role.padEnd(7),
    state.padEnd(8),
    `until ${end}`,
    `key id ${ski}`,
    subject,
  ].join("  ");
}

export async function add(file: string, options: KeyActingOptions & { role: KeyRole }): Promise<void> {
  const certPem = await readGivenText(file);
  await withKeys(({ desk }) => makeChange(desk, { kind: "add", role: options.role, certPem }, options));
}

export async function change(verb: KeyVerb, named: string, options: KeyActingOptions): Promise<void> {
  await withKeys(async ({ ring, desk }) => {
    const key = keyNamed(await ring.read(), named);
    await makeChange(desk, stateChange(verb, key), options);
  });
}
