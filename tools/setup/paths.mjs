import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";

export const root = join(import.meta.dirname, "../..");
export const node24 = join(root, "node_modules/.bin/node");

export const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Settings for every program that set-up runs: none of them may call home. */
export function quietEnvironment() {
  const bin = join(root, "node_modules/.bin");
  const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== bin);
  return {
    ...process.env,
    PATH: path.join(delimiter),
    DO_NOT_TRACK: "1",
    TURBO_TELEMETRY_DISABLED: "1",
    NEXT_TELEMETRY_DISABLED: "1",
    CHECKPOINT_DISABLE: "1",
    npm_config_update_notifier: "false",
  };
}
