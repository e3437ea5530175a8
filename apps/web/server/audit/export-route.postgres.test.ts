import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { AuditLog, recordOperation } from "@tapline/adapters/prisma";
import { formatVerifierKey, makeLogKey, openLogSigner } from "@tapline/core/audit";
import { temporaryFolder } from "@tapline/tools/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../auth/roles.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";
import { readZip } from "./read-zip.fixture.ts";

const command = fileURLToPath(new URL("../../../worker/src/cli/main.ts", import.meta.url));
const signer = openLogSigner(makeLogKey(), "tapline.test/log");
let running: TestConsole;
let cookie: string;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  for (let i = 0; i < 40; i++)
    await recordOperation(
      running.prisma,
      { actor: { kind: "operator", id: "ola" }, reason: `=SUM(${i})` },
      { action: i % 4 === 0 ? "gap.swept" : "key.changed", subject: `key/${i}`, facts: {} },
      1,
    );
  await place();
});
afterAll(() => running.stop());

const place = () => new AuditLog(running.prisma, signer.origin).sequence(signer, Date.now());
const fetchExport = (query: string, headers: Record<string, string> = { cookie }) =>
  fetch(`${running.console.origin}/api/audit/export?${query}`, { headers });
const be = (role: Role) => setRole(running.prisma, adminSignIn.email, role);

test("what operators export is verified by the command, whole and chosen, as lines and as a table", {
  timeout: 120_000,
}, async () => {
  await be("operator");
  const folder = await temporaryFolder();
  const keys = join(folder, "log.vkey");
  await writeFile(keys, `${formatVerifierKey(signer.key)}\n`);
  for (const [query, count] of [
    ["form=ndjson&action=gap", 10],
    ["form=csv&first=3&last=12", 10],
  ] as const) {
    const response = await fetchExport(query);
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "application/zip"]);
    const files = readZip(Buffer.from(await response.arrayBuffer()));
    const [name = "", ...beside] = [...files.keys()];
    expect(response.headers.get("content-disposition")).toContain(`filename="${name}.zip"`);
    expect(beside).toEqual([`${name}.proof`, `${name}.erased`]);
    for (const [file, bytes] of files) await writeFile(join(folder, file), bytes);
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [command, "audit", "verify-export", join(folder, name), "--key", keys, "--json"],
      { cwd: "/" },
    );
    expect(JSON.parse(stdout)).toMatchObject({ entries: count });
  }
});

test("viewers are refused, which is written down; so is nobody, and what is asked for wrongly", async () => {
  await be("viewer");
  const refused = await fetchExport("form=csv");
  expect([refused.status, await refused.json()]).toMatchObject([403, { code: "forbidden" }]);
  expect(
    await running.prisma.auditEntry.count({ where: { action: "act.refused", subject: "verb/audit.export" } }),
  ).toBe(1);
  expect((await fetchExport("form=csv", {})).status).toBe(401);
  await be("operator");
  for (const wrong of [
    "form=xml",
    "form=csv&first=3",
    "form=csv&first=3&last=1",
    "form=csv&since=noon",
    "form=csv&by=x",
  ])
    expect([wrong, (await fetchExport(wrong)).status]).toEqual([wrong, 400]);
  for (const site of ["cross-site", "same-site"])
    expect((await fetchExport("form=csv", { cookie, "sec-fetch-site": site })).status).toBe(403);
  const beyond = await fetchExport("form=csv&first=0&last=100000");
  expect([beyond.status, await beyond.json()]).toMatchObject([404, { code: "not-found" }]);
  expect((await fetchExport("form=ndjson&text=nothing+like+it")).status).toBe(200);
});
