import { leafHash, makeLogKey, openLogSigner } from "@tapline/core/audit";
import { expect, onTestFinished, test } from "vitest";
import { freshDatabase } from "../../../../../tools/test-servers/index.ts";
import { exportAudit } from "./export-audit.ts";
import { AuditEntries, AuditErasures, AuditLog, connectPrisma, recordOperation } from "./index.ts";

test("an export lists beside it whose reason was erased, when and by which entry; its lines stay the sealed entries", async () => {
  const prisma = connectPrisma(await freshDatabase());
  onTestFinished(() => prisma.$disconnect());
  const signer = openLogSigner(makeLogKey());
  const log = new AuditLog(prisma, signer.origin);
  const act = { actor: { kind: "operator", id: "ola" } as const, reason: "Ada of flat 7 asked" };
  for (const i of [1, 2, 3])
    await recordOperation(prisma, act, { action: "buffer.flushed", subject: `buffer/${i}`, facts: {} }, i);
  const { id } = await prisma.auditEntry.findFirstOrThrow({ where: { subject: "buffer/2" } });
  const erased = await new AuditErasures(prisma, () => 4).erase(id, "reason", { ...act, reason: "asked" });
  await log.sequence(signer, 5);

  for (const form of ["ndjson", "csv"] as const) {
    const written = { data: "", proof: "", erasures: "" };
    const into = (file: keyof typeof written) => async (bytes: Uint8Array | string) => {
      written[file] += typeof bytes === "string" ? bytes : Buffer.from(bytes).toString();
    };
    const summary = await exportAudit(
      { form, filter: {}, range: null },
      { entries: new AuditEntries(prisma), log, onProgress: () => undefined },
      { data: into("data"), proof: into("proof"), erasures: into("erasures") },
    );
    expect(summary).toMatchObject({ entries: 4, erased: 1, unreadable: 0 });
    const [line = "", ...more] = written.erasures.split("\n");
    expect(more).toEqual([""]);
    expect(JSON.parse(line)).toEqual({
      ...{ index: 1, entry: id, field: "reason" },
      ...{ erasedAtEpochMs: erased.atEpochMs, erasedBy: erased.by },
    });
    if (form === "csv") continue;
    const leaves = written.data
      .trimEnd()
      .split("\n")
      .map((sealed) => leafHash(Buffer.from(sealed)));
    expect(leaves).toEqual((await log.tile(0, 0, 4)).map((hash) => Buffer.from(hash)));
  }
});
