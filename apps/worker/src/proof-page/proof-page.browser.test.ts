import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { formatVerifierKey, makeLogKey, openLogSigner } from "@tapline/core/audit";
import { type HierarchyFile, issueHierarchy } from "@tapline/core/encryption";
import { canonicalJson, type JsonValue } from "@tapline/core/kernel";
import { formatTapProof, proofCodes, proofSlip, type SlipForm, type TapProof } from "@tapline/core/transfer";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { erasureOf } from "../../../../packages/core/src/audit/erasure.fixture.ts";
import {
  log,
  makeTapProof,
  nowEpochMs,
  revokeSigner,
  signerOf,
} from "../../../../packages/core/src/transfer/tap-proof.fixture.ts";
import { violationsOf } from "../../../../tools/accessibility/index.ts";
import { chromiumArguments } from "../../../../tools/servers/index.ts";
import { temporaryFolder } from "../../../../tools/test-servers/index.ts";
import type { Given } from "./dom/verdict.ts";
import { verifyFiles } from "./verify-files.ts";

const chromiumPath = inject("chromium");
const it = test.skipIf(chromiumPath === null);
const main = new URL("../cli/main.ts", import.meta.url).pathname;

let browser: Browser;
let page: Page;
let dir: string;
let pki: Record<string, HierarchyFile>;
let proof: TapProof;
let good: { proof: string; trust: string; keys: string };
const complaints: string[] = [];

const run = (...args: string[]) =>
  new Promise<{ code: number; out: string }>((resolve) => {
    execFile(process.execPath, [main, ...args], { env: {}, cwd: "/" }, (error, out) =>
      resolve({ code: error === null ? 0 : Number(error.code), out }),
    );
  });

beforeAll(async () => {
  if (chromiumPath === null) return;
  dir = await temporaryFolder();
  expect(await run("prove", "page", "--out", join(dir, "verify.html"))).toMatchObject({ code: 0 });
  pki = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
  proof = makeTapProof(3, signerOf(pki));
  good = {
    proof: formatTapProof(proof).toString(),
    trust: pki["trust.pem"]?.pem ?? "",
    keys: `${formatVerifierKey(log.key)}\n`,
  };
  browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [...chromiumArguments],
  });
  page = await (await browser.newContext()).newPage();
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith("file:")) complaints.push(`asked for ${request.url()}`);
  });
  page.setDefaultTimeout(10_000);
}, 120_000);
afterAll(() => browser?.close());

const open = (): Promise<unknown> => page.goto(pathToFileURL(join(dir, "verify.html")).href);
const file = (name: string, content: string | Uint8Array) => ({
  ...{ name, mimeType: "application/octet-stream", buffer: Buffer.from(content) },
});

/** Gives a fresh page these files and tells what it says. */
async function verdictOf({ proof, trust, keys, packet }: Given): Promise<{ is: string; text: string }> {
  await open();
  const files = [file("tap.json", proof), file("trust.pem", trust), file("log.vkey", keys)];
  if (packet !== null) files.push(file("tap.bin", packet));
  await page.getByLabel("Choose files").setInputFiles(files);
  const verdict = page.locator("#verdict[data-fault]");
  await verdict.waitFor();
  const is = (await verdict.getAttribute("data-fault")) ?? "";
  return { is, text: (await verdict.locator("pre").textContent()) ?? "" };
}

it("a proof is proven from a file of the disk, in the words of tapline verify, without any request", async () => {
  const given = { ...good, packet: null };
  const said = await verdictOf(given);
  for (const [name, content] of Object.entries(good)) await writeFile(join(dir, name), content);
  const by = ["--trust", join(dir, "trust"), "--key", join(dir, "keys")];
  const cli = await run("verify", join(dir, "proof"), ...by);
  expect(said).toEqual({ is: "proven", text: cli.out });
  expect(cli.code).toBe(0);
  expect(complaints).toEqual([]);
});

it("each verdict is the one of the command line, in the same words", { timeout: 120_000 }, async () => {
  const changed = (change: object): string =>
    canonicalJson({ ...proof, ...change } as unknown as JsonValue).toString();
  const stranger = await issueHierarchy({ nowEpochMs, organisation: "Example", agents: [], hosts: [] });
  const longAgo = Date.UTC(2016, 0, 1);
  const past = await issueHierarchy({ nowEpochMs: longAgo, organisation: "Example", agents: [], hosts: [] });
  const keyOf = (name: string): string => formatVerifierKey(openLogSigner(makeLogKey(), name).key);
  const cases: Readonly<Record<string, Partial<Given>>> = {
    proven: { proof: changed({ log: null }) },
    forged: { proof: changed({ tap: { ...proof.tap, seq: 5 } }) },
    malformed: { proof: good.proof.slice(0, -20) },
    "newer-format": { proof: changed({ format: "tapline-tap-proof/2" }) },
    "another-log": { keys: keyOf("tapline.test/other") },
    "unknown-key": { keys: keyOf("tapline.test/log") },
    untrusted: { proof: formatTapProof(makeTapProof(3, signerOf(stranger))).toString() },
    revoked: { trust: good.trust + (await revokeSigner(pki)) },
    expired: {
      proof: formatTapProof(makeTapProof(3, signerOf(past))).toString(),
      trust: past["trust.pem"]?.pem ?? "",
    },
    unchecked: { keys: `tapline.test/log+00000000+${Buffer.alloc(33, 1).toString("base64")}` },
  };
  for (const [is, change] of Object.entries(cases)) {
    const given = { ...good, packet: null, ...change };
    const said = await verdictOf(given);
    expect(said).toEqual(verifyFiles(given));
    expect(said.is).toBe(is);
  }
  const packet = { ...good, packet: Buffer.from("another tap") };
  expect(await verdictOf(packet)).toEqual(verifyFiles(packet));
  expect(complaints).toEqual([]);
});

it("a certificate of erasure is checked by the log's key alone, in the words of tapline verify", async () => {
  await open();
  const text = erasureOf(log);
  const choose = page.getByLabel("Choose files");
  await choose.setInputFiles(file("erased.json", text));
  await page.getByText("Waiting for the log's key.").waitFor();
  await choose.setInputFiles(file("log.vkey", good.keys));
  const verdict = page.locator("#verdict[data-fault]");
  await verdict.waitFor();
  await writeFile(join(dir, "erased.json"), text);
  await writeFile(join(dir, "keys"), good.keys);
  const cli = await run("verify", join(dir, "erased.json"), "--key", join(dir, "keys"));
  expect(await verdict.locator("pre").textContent()).toBe(cli.out);
  expect([cli.code, cli.out]).toEqual([0, expect.stringContaining("the reason of entry")]);
  await page.locator("textarea").fill(text.replace('"field": "reason"', '"field": "words"'));
  await page.locator('#verdict[data-fault="malformed"]').waitFor();
  expect(complaints).toEqual([]);
});

it("any bit that changes in a proof is found, as on the command line", { timeout: 300_000 }, async () => {
  await verdictOf({ ...good, packet: null });
  const texts = Array.from({ length: good.proof.length }, (_, at) => {
    const bytes = Buffer.from(good.proof);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 7));
    // As a page takes text over from somebody's clipboard.
    return bytes.toString().replace(/\r\n?/g, "\n").trim();
  }).filter((_, i) => i % 5 === 0);
  const said = await page.locator("textarea").evaluate((field, pasted) => {
    const verdict = field.ownerDocument.querySelector("#verdict");
    return pasted.map((text) => {
      field.value = text;
      field.dispatchEvent(new Event("input"));
      return verdict.dataset.fault;
    });
  }, texts);
  const expected = texts.map((text) => verifyFiles({ ...good, proof: text, packet: null }));
  expect(expected.map(({ is }) => is)).not.toContain("proven");
  const signatureAt = good.proof.indexOf(proof.signature);
  expected.forEach(({ is, text }, i) => {
    const inSignature = 5 * i >= signatureAt && 5 * i < signatureAt + proof.signature.length;
    // What one of them cannot read of a damaged certificate the other may read, and then finds that nobody issued it.
    const verdicts = inSignature && (is === "forged" || is === "untrusted") ? ["forged", "untrusted"] : [is];
    expect(verdicts, `text ${i}: ${text}`).toContain(said[i]);
  });
  expect(complaints).toEqual([]);
});

it("files may be dropped, one after the other; it says what is still missing; a keyboard reaches all", async () => {
  await open();
  const status = page.getByRole("status");
  const dropFile = async (name: string, content: string): Promise<void> => {
    const dataTransfer = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(content)}], ${JSON.stringify(name)}));
      return transfer;
    })()`);
    await page.locator("#drop").dispatchEvent("drop", { dataTransfer });
  };
  await dropFile("tap.json", good.proof);
  await status.getByText("Waiting for a trust file, the log's key.").waitFor();
  await dropFile("trust.pem", good.trust);
  await status.getByText("Waiting for the log's key.").waitFor();
  await dropFile("log.vkey", good.keys);
  await status.getByText("✓ Proven").waitFor();
  await page.keyboard.press("Tab");
  const reached: (string | null)[] = [];
  for (let i = 0; i < 3; i += 1) {
    reached.push(await page.locator(":focus").getAttribute("id"));
    await page.keyboard.press("Tab");
  }
  expect(reached).toEqual(["files", "pasted", "again"]);
  await page.getByRole("button", { name: "Start over" }).press("Enter");
  await status.getByText("Waiting for a proof, a trust file, the log's key.").waitFor();
});

it("a slip's codes are read by somebody else's reader, and verified by page and command line", async () => {
  const path = Buffer.alloc(24 * 32, 1).toString("base64");
  // As long as a proof out of a log of ten million entries, and all right but for that.
  const long = { ...proof, log: proof.log === null ? null : { ...proof.log, path } };
  const context = await browser.newContext({ deviceScaleFactor: 2 });
  const [slip, reader] = [await context.newPage(), await context.newPage()];
  await reader.addScriptTag({ path: createRequire(import.meta.url).resolve("jsqr") });
  const scan = async (one: TapProof, form: SlipForm): Promise<string[]> => {
    const at = join(dir, `slip.${form}`);
    await writeFile(at, proofSlip(one, form));
    await slip.goto(pathToFileURL(at).href);
    const texts: string[] = [];
    for (const code of await slip.locator(".code").all()) {
      const picture = (await code.screenshot()).toString("base64");
      texts.push(
        await reader.evaluate(`(async () => {
        const picture = await createImageBitmap(await (await fetch("data:image/png;base64,${picture}")).blob());
        const { width, height } = picture;
        const drawing = new OffscreenCanvas(width, height).getContext("2d");
        drawing.drawImage(picture, 0, 0);
        return jsQR(drawing.getImageData(0, 0, width, height).data, width, height)?.data ?? "unreadable";
      })()`),
      );
    }
    return texts;
  };
  expect(await scan(proof, "svg")).toEqual(proofCodes(proof));
  const several = await scan(long, "html");
  expect(several).toEqual(proofCodes(long));
  expect(several).toHaveLength(2);
  expect(await slip.locator("body").textContent()).toMatch(/Code 1 of 2[\s\S]*Code 2 of 2/);

  const codes = { ...good, proof: proofCodes(proof).join("\n"), packet: null };
  expect(await verdictOf(codes)).toEqual(verifyFiles({ ...good, packet: null }));
  await page.getByRole("button", { name: "Start over" }).click();
  const files = several.toReversed().map((text, i) => file(`code-${i}.txt`, text));
  await page
    .getByLabel("Choose files")
    .setInputFiles([...files, file("trust.pem", good.trust), file("log.vkey", good.keys)]);
  const verdict = page.locator("#verdict[data-fault]");
  expect(await verdict.getAttribute("data-fault")).toBe("forged");
  expect(await verdict.textContent()).toContain("does not lead to the root");
  const written = several.map((_, i) => join(dir, `code-${i}.txt`));
  for (const [i, text] of several.entries()) await writeFile(written[i] ?? "", `${text}\n`);
  for (const [name, content] of Object.entries(good)) await writeFile(join(dir, name), content);
  const by = ["--trust", join(dir, "trust"), "--key", join(dir, "keys")];
  expect(await run("verify", ...written, ...by)).toMatchObject({
    code: 2,
    out: expect.stringContaining("does not lead to the root"),
  });
  const missing = await run("verify", written[1] ?? "", ...by);
  expect(missing).toMatchObject({ code: 3, out: expect.stringContaining("code 1 of 2 is missing") });
  await writeFile(written[0] ?? "", codes.proof);
  expect(await run("verify", written[0] ?? "", ...by)).toMatchObject({ code: 0 });
});

it.for(["light", "dark"] as const)("it is accessible in %s", { timeout: 120_000 }, async (colorScheme) => {
  await page.emulateMedia({ colorScheme });
  for (const keys of [good.keys, formatVerifierKey(openLogSigner(makeLogKey(), "tapline.test/log").key)]) {
    await verdictOf({ ...good, keys, packet: null });
    expect(await violationsOf(page)).toEqual([]);
  }
  await page.screenshot({ path: join(dir, `${colorScheme}.png`), fullPage: true });
});
