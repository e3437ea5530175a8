import { TaplineError } from "@tapline/core/kernel";
import { decodeTap } from "@tapline/core/tap";
import { actOf } from "./acting.ts";
import { withQuarantine } from "./quarantine-command.ts";
import { metadataOf } from "./quarantine-ls.ts";

interface ShowOptions {
  readonly reveal?: boolean;
  readonly reason?: string;
  readonly by?: string;
}

export async function show(agent: string, epoch: number, seq: number, options: ShowOptions): Promise<void> {
  const tap = { agent, epoch, seq };
  const shown = await withQuarantine(async ({ desk, open }) => {
    const row = await desk.find(tap);
    if (options.reveal !== true) return metadataOf(row);
    const act = revealAct(options);
    const payload = open(row.sealedPayload);
    await desk.noteReveal(tap, act);
    const decoded = decodeTap(payload);
    const content = decoded.ok ? { tap: decoded.tap } : {};
    return { ...metadataOf(row), ...content, payload: payload.toString("base64") };
  });
  process.stdout.write(`${JSON.stringify(shown, null, 2)}\n`);
}

function revealAct({ reason, by }: ShowOptions) {
  if (reason === undefined || reason === "")
    throw new TaplineError("invalid-input", "measurements are health data: who looks at them says why", {
      remedy: "Say so by --reason TEXT.",
    });
  return actOf({ reason, ...(by === undefined ? {} : { by }) });
}
