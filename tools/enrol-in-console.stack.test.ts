import { type ChildProcess, execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterEach, expect, inject, it } from "vitest";
import { type LaunchedStack, launchStack } from "./local-stack/stack.fixture.ts";
import { chromiumArguments } from "./servers/index.ts";
import {
  buildConsolePages,
  pagesBuiltWithinMs,
  temporaryFolder,
  testEnvironment,
} from "./test-servers/index.ts";

const agentDir = join(import.meta.dirname, "../apps/nfc-agent/src");
const cli = join(agentDir, "cli/main.ts");
const chromiumPath = inject("chromium");
const agentEnvironment = testEnvironment({ TAPLINE_AGENT_API_PORT: "0", TAPLINE_AGENT_READERS: "2" });

const patiently = { timeout: 90_000, interval: 500 };

let stack: LaunchedStack | undefined;
let browser: Browser | undefined;
let agent: ChildProcess | undefined;

afterEach(async () => {
  agent?.kill("SIGTERM");
  await browser?.close();
  stack?.child.kill("SIGINT");
  await stack?.ended;
});

/** The console as the first admin sees it. */
async function openConsole(path: string, stdout: string): Promise<Page> {
  const found = (label: string) => new RegExp(`${label}\\s+(\\S+)`).exec(stdout)?.[1] ?? "";
  const [origin, data] = [found("Console"), { email: found("Sign-in"), password: found("Password") }];
  browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: [...chromiumArguments] });
  const page = await browser.newPage({ baseURL: origin });
  page.setDefaultTimeout(90_000);
  await page.request.post(`${origin}/api/auth/sign-in/email`, { data, headers: { origin } });
  await page.goto(`${origin}${path}`);
  return page;
}

/** Makes a token as an admin does. @returns it, and the server's address in the command beside it */
async function makeToken(page: Page): Promise<{ token: string; server: string }> {
  await page.getByRole("button", { name: "Enrol an agent…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name of the agent").fill("front-desk");
  await dialog.getByLabel("Why").fill("A new PC at the door");
  await dialog.getByRole("button", { name: "Make the token" }).click();
  const token = (await dialog.getByText(/^tle1-/).textContent()) ?? "";
  const command = (await dialog.getByText(/^sudo tapline-agent enrol/).textContent()) ?? "";
  return { token, server: /--server (\S+)/.exec(command)?.[1] ?? "" };
}

it.skipIf(chromiumPath === null)(
  "a token of the console lets a real agent in, which shows up there; revoked there, it is turned away",
  async () => {
    buildConsolePages();
    const folder = await temporaryFolder();
    stack = launchStack(join(folder, ".tapline"));
    await stack.printed("Stop      Ctrl-C", 120_000);
    const page = await openConsole("/agents", stack.stdout());
    const { token, server } = await makeToken(page);

    const dataDir = join(folder, "agent");
    const args = ["enrol", "--server", server, "--token-file", "-", "--data-dir", dataDir];
    const enrolling = promisify(execFile)(process.execPath, [cli, ...args], { env: agentEnvironment });
    enrolling.child.stdin?.end(`${token}\n`);
    expect((await enrolling).stdout).toContain("This PC is agent front-desk");
    await page.getByText("front-desk has enrolled").waitFor();
    await page.getByRole("button", { name: "Done" }).click();

    const trackers = ["--out", join(dataDir, "trackers.json"), "--count", "3"];
    await promisify(execFile)(process.execPath, [join(agentDir, "simulated-trackers.ts"), ...trackers]);
    agent = spawn(process.execPath, [cli, "run", "--data-dir", dataDir], {
      env: agentEnvironment,
      stdio: "ignore",
    });
    const line = page.locator("#agent-front-desk");
    await expect.poll(() => line.textContent(), patiently).toMatch(/Online/);

    await line.click();
    await page.getByRole("button", { name: "Revoke…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Why").fill("It was stolen");
    const [, password = ""] = /Password\s+(\S+)/.exec(stack.stdout()) ?? [];
    await dialog.getByLabel("Your password").fill(password);
    await dialog.getByRole("button", { name: "Revoke front-desk" }).click();
    await expect.poll(() => line.textContent(), patiently).toMatch(/Revoked/);
    const acts = page.getByRole("region", { name: "Last in the audit log" });
    await acts.getByText("It was stolen").waitFor();
    await acts.getByText("It was turned away").first().waitFor();
  },
  pagesBuiltWithinMs + 300_000,
);
