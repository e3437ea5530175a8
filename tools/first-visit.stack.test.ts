import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, writeFile } from "node:fs/promises";
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

const cli = join(import.meta.dirname, "../apps/nfc-agent/src/cli/main.ts");
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

/** What `npm start` printed behind a label. */
const printed = (label: string): string =>
  new RegExp(`${label}\\s+(\\S+)`).exec(stack?.stdout() ?? "")?.[1] ?? "";

/** Signs in as the first admin does, with what was printed. */
async function signIn(): Promise<Page> {
  browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: [...chromiumArguments] });
  const page = await browser.newPage({ baseURL: printed("Console") });
  page.setDefaultTimeout(90_000);
  await page.goto("/");
  await page.getByLabel("E-mail").fill(printed("Sign-in"));
  await page.getByLabel("Password").fill(printed("Password"));
  await page.getByRole("button", { name: "Sign in" }).click();
  return page;
}

/** Makes a token as an admin does. @returns it, and the server's address in the command beside it */
async function makeToken(page: Page): Promise<{ token: string; server: string }> {
  await page.getByText("Enrol your first agent").waitFor();
  await page.getByRole("button", { name: "Enrol an agent…" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name of the agent").fill("front-desk");
  await dialog.getByLabel("Why").fill("A new PC at the door");
  await dialog.getByRole("button", { name: "Make the token" }).click();
  const token = (await dialog.getByText(/^tle1-/).textContent()) ?? "";
  const command = (await dialog.getByText(/^sudo tapline-agent enrol/).textContent()) ?? "";
  return { token, server: /--server (\S+)/.exec(command)?.[1] ?? "" };
}

/** What somebody types on the reader PC. */
async function enrol(dataDir: string, server: string, token: string): Promise<string> {
  const args = ["enrol", "--server", server, "--token-file", "-", "--data-dir", dataDir];
  const enrolling = promisify(execFile)(process.execPath, [cli, ...args], { env: agentEnvironment });
  enrolling.child.stdin?.end(`${token}\n`);
  return (await enrolling).stdout;
}

/** Runs the agent of `dataDir`; its simulated people do what the script says. */
async function run(dataDir: string, script: readonly object[]): Promise<ChildProcess> {
  const scenario = join(dataDir, "scenario.json");
  await writeFile(scenario, JSON.stringify({ script }));
  const env = { ...agentEnvironment, TAPLINE_AGENT_SCENARIO: scenario, TAPLINE_AGENT_RATE: "5" };
  return spawn(process.execPath, [cli, "run", "--data-dir", dataDir], { env, stdio: "ignore" });
}

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
}

it.skipIf(chromiumPath === null)(
  "the first admin is led from the printed sign-in to the first tap of a real agent, which is turned away once it is revoked",
  async () => {
    buildConsolePages();
    const folder = await temporaryFolder();
    const data = join(folder, ".tapline");
    stack = launchStack(data, ["--no-agent"]);
    await stack.printed("Stop      Ctrl-C", 120_000);
    const page = await signIn();
    const guide = page.getByRole("region", { name: "The way to the first tap" });
    await guide.getByText("No agent is known yet.").waitFor();
    await guide.getByRole("link", { name: "Make a token for it" }).click();
    const { token, server } = await makeToken(page);

    const dataDir = join(folder, "agent");
    expect(await enrol(dataDir, server, token)).toContain("This PC is agent front-desk");
    await page.getByText("front-desk has enrolled").waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("link", { name: "Overview" }).click();
    await guide.getByText("has enrolled, and is not online").waitFor();

    // The registry knows the trackers that npm start has made; nobody comes with one yet.
    await copyFile(join(data, "agent/trackers.json"), join(dataDir, "trackers.json"));
    agent = await run(dataDir, [{ visit: "missed", times: 1_000_000 }]);
    await guide.getByText("Waiting for its first tap…").waitFor();
    await guide.getByText("with 2 readers").waitFor();
    await ended(agent);
    agent = await run(dataDir, [{ visit: "fresh", times: 1_000 }]);
    await guide.getByText("The first tap is here").waitFor();
    await guide.getByText("front-desk read it, and it was archived").waitFor();
    await guide.getByRole("link", { name: "See each of its steps" }).click();
    const tap = page.getByRole("region", { name: "The open tap" });
    await tap.getByText("Archived", { exact: true }).first().waitFor();
    await tap.getByRole("link", { name: "front-desk", exact: true }).waitFor();

    await page.getByRole("link", { name: "Agents" }).click();
    const line = page.locator("#agent-front-desk");
    await expect.poll(() => line.textContent(), patiently).toMatch(/Online/);
    await line.click();
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "Ask for its log…" }).click();
    await dialog.getByLabel("Why").fill("To see that it can be asked");
    await dialog.getByRole("button", { name: "Ask for it" }).click();
    const log = page.getByRole("region", { name: "Its log" });
    await log.getByText("the agent is ready").waitFor();
    await log.getByText("the last lines of this log were asked for").waitFor();
    await page.getByRole("button", { name: "Revoke…" }).click();
    await dialog.getByLabel("Why").fill("It was stolen");
    await dialog.getByLabel("Your password").fill(printed("Password"));
    await dialog.getByRole("button", { name: "Revoke front-desk" }).click();
    await expect.poll(() => line.textContent(), patiently).toMatch(/Revoked/);
    const acts = page.getByRole("region", { name: "Last in the audit log" });
    await acts.getByText("It was stolen").waitFor();
    await acts.getByText("It was turned away").first().waitFor();
  },
  pagesBuiltWithinMs + 300_000,
);
