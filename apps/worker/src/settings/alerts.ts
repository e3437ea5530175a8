import { z } from "zod";
import { list, path } from "./forms.ts";

const pushService = z
  .string()
  .regex(/^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)+$/i, "must be a host, as *.push.apple.com");

/** How alerts reach people beside the console. Whom and by what stands in a release of channels (`tapline alerts channel`). */
export const alertsSettings = {
  /** Folder with the secrets that channels name, a file each: passwords, keys of webhooks, addresses of chat rooms. */
  TAPLINE_ALERT_SECRETS: path.optional(),
  /** Networks not on the open internet to which webhooks may go, comma-separated, as 10.1.0.0/16. Default: none. */
  TAPLINE_ALERT_NETWORKS: list.default([]),
  /**
   * Hosts of the push services by which browsers may be notified, comma-separated, as fcm.googleapis.com,*.push.apple.com. Default: all that
   * are on the open internet.
   */
  TAPLINE_PUSH_SERVICES: list.pipe(z.array(pushService)).default([]),
  /** The origin by which people reach the console, as https://console.example. Default: messages hold no links. */
  TAPLINE_ALERT_CONSOLE: z.url({ protocol: /^https?$/ }).optional(),
  /** File with at least 32 characters of secret; signs links that acknowledge. The console has the same. Default: no such links. */
  TAPLINE_ALERT_LINK_KEY: path.optional(),
} as const;
