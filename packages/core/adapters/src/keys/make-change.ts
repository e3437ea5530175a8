import { type KeyChange, type RingKey, stepOf } from "@tapline/core/encryption";
import { type Act, recordAct, type Transaction } from "../prisma/acts.ts";
import { addKeys, tellKey } from "./ring-rows.ts";
import { type RingStanding, ruleFact } from "./ring-standing.ts";

/**
 * Makes a change within the step that decided on it, with its audit entries.
 * @param more what else there is to tell: who asked for it
 * @returns the ring after it
 * @throws TaplineError `conflict` as `stepOf` says
 */
export async function makeChange(
  tx: Transaction,
  { ring, twoPersons }: RingStanding,
  change: KeyChange,
  act: Act,
  { at, more }: { at: Date; more: Readonly<Record<string, string | boolean>> },
): Promise<readonly RingKey[]> {
  if (change.kind === "rule") {
    const fact = { name: ruleFact, value: change.twoPersons ? "on" : "off" };
    await tx.installationFact.upsert({ where: { name: ruleFact }, create: fact, update: fact });
    const what = { action: "key.rule-changed", subject: "key/rule", facts: more } as const;
    const states = { before: { twoPersons }, after: { twoPersons: change.twoPersons } };
    await recordAct(tx, act, { ...what, ...states }, at.getTime());
    return ring;
  }
  const { added, states, after } = stepOf(ring, change);
  await addKeys(tx, added, at);
  for (const key of added) await tellKey(tx, act, "key.changed", key, { before: null, at, more });
  for (const { certSha256, state: before } of ring) {
    const key = after.find((one) => one.certSha256 === certSha256);
    if (key === undefined || states[certSha256] === undefined || key.state === before) continue;
    await tx.archiveKey.update({ where: { certSha256 }, data: { state: key.state, changedAt: at } });
    await tellKey(tx, act, "key.changed", key, { before, at, more });
  }
  return after;
}
