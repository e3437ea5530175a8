import type { Command } from "commander";
import { addArchiveDrill } from "./archive-drill.ts";
import { addArchiveExpire } from "./archive-expire.ts";
import { addArchiveExport } from "./archive-export.ts";
import { addArchiveHold } from "./archive-hold.ts";
import { addArchiveOpen } from "./archive-open.ts";
import { addArchiveReconcile } from "./archive-reconcile.ts";
import { addArchiveRewrap } from "./archive-rewrap.ts";
import { addArchiveVerify } from "./archive-verify.ts";

/** The commands that look after what is archived. */
export function addArchiveCare(program: Command): void {
  addArchiveVerify(program);
  addArchiveDrill(program);
  addArchiveHold(program);
  addArchiveOpen(program);
  addArchiveExpire(program);
  addArchiveExport(program);
  addArchiveReconcile(program);
  addArchiveRewrap(program);
}
