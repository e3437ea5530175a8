import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { temporaryFolder } from "@tapline/tools/test-servers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signIn, startTestConsole, type TestConsole } from "./test-console.fixture.ts";

let site: TestConsole;
let secretFile: string;

beforeAll(async () => {
  site = await startTestConsole();
  secretFile = join(await temporaryFolder(), "web.secret");
  await writeFile(secretFile, site.config.secret);
});
afterAll(() => site.stop());

/** As one calls it beside a console, with its settings. */
const firstAdmin = (...given: string[]) =>
  promisify(execFile)(process.execPath, [join(import.meta.dirname, "first-admin.ts"), ...given], {
    env: {
      DATABASE_URL: site.config.databaseUrl,
      REDIS_URL: site.config.redisUrl,
      TAPLINE_WEB_SECRET_FILE: secretFile,
    },
  }).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    (ended: { code: number; stdout: string; stderr: string }) => ended,
  );

test("whoever starts the console by themselves gets a first admin, once", { timeout: 120_000 }, async () => {
  expect(await firstAdmin("ada")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("e-mail address"),
  });
  const made = await firstAdmin("ada@example.org");
  expect(made.stderr).toBe("");
  const admin = JSON.parse(made.stdout) as { email: string; password: string };
  expect(admin.email).toBe("ada@example.org");
  expect((await signIn(site.console.origin, admin)).response.status).toBe(200);
  expect(await site.prisma.user.findMany({ select: { role: true } })).toEqual([{ role: "admin" }]);
  expect(await firstAdmin("eve@example.org")).toMatchObject({
    ...{ code: 1, stdout: "" },
    stderr: expect.stringContaining("somebody can sign in already"),
  });
  expect(await site.prisma.user.count()).toBe(1);
});
