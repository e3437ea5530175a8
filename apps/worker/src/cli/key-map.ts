import { extentOf, keyName, sayWithout } from "@tapline/core/encryption";
import { keyNamed, withKeys } from "./key-command.ts";

export async function map({ lost, json }: { lost?: string[]; json?: boolean }): Promise<void> {
  await withKeys(async ({ ring, map: keyMap, without: withoutKeys }) => {
    const keys = await ring.read();
    if (lost !== undefined) {
      const skis = lost.map((name) => keyNamed(keys, name).ski);
      const without = await withoutKeys(skis, keys);
      return say(json === true ? JSON.stringify(without) : `without these keys: ${sayWithout(without)}`);
    }
    const shares = await keyMap.shares();
    for (const share of shares) {
      const name =
        share.ski === null ? "no key noted (archived by an earlier version)" : keyName(share.ski, keys);
      say(json === true ? JSON.stringify(share) : `${name}: ${extentOf(share)}`);
    }
    if (json === true) return;
    const idle = keys.filter(({ ski }) => !shares.some((share) => share.ski === ski));
    for (const ski of new Set(idle.map((key) => key.ski))) say(`${keyName(ski, keys)}: nothing`);
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
