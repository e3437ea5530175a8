import type { DeclaredArchives, DeclaredArchivesFact } from "@tapline/adapters/prisma";
import type { Logger } from "pino";
import type { NamedArchives } from "../archive-settings.ts";
import { type Role, repeat } from "./role.ts";

const everyMs = 60_000;

export type DeclareArchivesParts = {
  readonly named: NamedArchives;
  readonly declared: Pick<DeclaredArchivesFact, "declare">;
  readonly instance: string;
  readonly clock: () => number;
  readonly log: Pick<Logger, "info">;
};

/** Says now and then which archives the settings name, for the console, which has no such settings. */
export function startDeclaring(parts: DeclareArchivesParts): Role {
  const { declared, log } = parts;
  return repeat(
    async () => {
      await declared.declare(declaredOf(parts));
      return everyMs;
    },
    (error) => log.info({ err: error }, "which archives the settings name could not be said yet"),
    everyMs / 12,
  );
}

/** What signs in to an archive is no part of it. */
export function declaredOf({
  named: { targets, rule },
  instance,
  clock,
}: Pick<DeclareArchivesParts, "named" | "instance" | "clock">): DeclaredArchives {
  return {
    ...rule,
    targets: targets.map(({ name, settings: { url, hostKeyPin } }) => ({
      name,
      address: addressOf(url),
      hostKeys: hostKeyPin.split(",").map((pin) => pin.trim()),
    })),
    ...{ by: instance, atEpochMs: clock() },
  };
}

/** Without the user, and with the port that holds where none is said. */
function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || 22}`;
}
