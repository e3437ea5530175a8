import { KubeConfig } from "@kubernetes/client-node";
import { trialSettings } from "./config.ts";
import { requireThrowAway } from "./throw-away.ts";

/** Before any test of `npm run test:cluster`: no cluster that others may need. @throws TaplineError `misconfigured` */
export function setup(): void {
  const config = new KubeConfig();
  config.loadFromDefault();
  requireThrowAway(config, trialSettings().throwAway);
}
