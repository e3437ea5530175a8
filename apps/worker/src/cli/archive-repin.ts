import { repinned } from "@tapline/core/transfer";
import { believedKeys } from "../care/believed-keys.ts";
import { askHostKey, recordRepin } from "../wire/commands/repin.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { archiveSettings } from "./config.ts";
import { findStores } from "./find-stores.ts";

interface RepinOptions extends ActingOptions {
  readonly target: string;
  readonly forgetOld?: boolean;
}

export async function repin(options: RepinOptions): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const { url, known, keep } = await believedKeys(options.target, archiveSettings());
  const offered = await askHostKey(url);
  const pins = repinned(known, offered, options.forgetOld !== true);
  process.stdout.write(
    [
      `archive   ${options.target}`,
      ...known.map((pin) => `believed  ${pin}`),
      `offered   ${offered}`,
      "",
    ].join("\n"),
  );
  if (pins.join() === known.join())
    return void process.stdout.write("nothing to change: it is believed already\n");
  if (dryRun)
    return void process.stdout.write(
      "would believe the one that is offered: see that it is the key that the administrator named\n",
    );
  const { databaseUrl } = await findStores();
  // The entry first: a pin without one would have nobody to answer for it.
  await recordRepin(databaseUrl, { target: options.target, known, pins }, act);
  process.stdout.write(await keep(pins));
}
