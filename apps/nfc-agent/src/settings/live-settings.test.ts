import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LocalSettings } from "../config.ts";
import { LiveSettings } from "./live-settings.ts";

let dir = "";
let said: string[] = [];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tapline-settings-"));
  said = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const path = () => join(dir, "directive.json");
const open = (local: LocalSettings = {}) =>
  LiveSettings.open({ path: path(), local, notify: (text) => said.push(text) });
const directive = (revision: number, settings: object) => ({ revision, settings, version: null });

describe("settings in force", () => {
  it("are this machine's, else the server's, else the defaults", async () => {
    const settings = await open({ buzzer: false });
    await settings.take(directive(4, { buzzer: true, rereads: 7 }));
    expect(settings.current).toMatchObject({ buzzer: false, rereads: 7, releaseAt: "archived" });
    expect(settings.revision).toBe(4);
  });

  it("are told at once, and at each change alone", async () => {
    const settings = await open();
    const rereads: number[] = [];
    settings.apply((now) => rereads.push(now.rereads));
    await settings.take(directive(1, { rereads: 5 }));
    await settings.take(directive(1, { rereads: 5 }));
    await settings.take(directive(2, {}));
    expect(rereads).toEqual([3, 5, 3]);
  });

  it("hold over a restart without network", async () => {
    await (await open()).take({ revision: 9, settings: { outboxMaxAgeMs: 60_000 }, version: "2.0.0" });
    const again = await open();
    expect(again.current.outboxMaxAgeMs).toBe(60_000);
    expect([again.revision, again.wantedVersion]).toEqual([9, "2.0.0"]);
  });

  it("stay what they were where a directive breaks the contract, which is named", async () => {
    const settings = await open();
    await settings.take(directive(1, { rereads: 5 }));
    await settings.take(directive(2, { rereads: 99, ingestUrl: "https://evil.example.org" }));
    expect(settings.refused).toMatch(/rereads/);
    expect(settings.refused).toMatch(/ingestUrl/);
    expect([settings.revision, settings.current.rereads]).toEqual([1, 5]);
    expect(JSON.parse(await readFile(path(), "utf8")).revision).toBe(1);
    await settings.take(directive(1, { rereads: 5 }));
    expect(settings.refused).toBeNull();
  });

  it("begin with the defaults where the kept directive does not read, saying so", async () => {
    await writeFile(path(), "{");
    expect((await open()).revision).toBe(0);
    expect(said).toHaveLength(1);
  });

  it("are not taken where they cannot be kept", async () => {
    const settings = await LiveSettings.open({
      path: join(dir, "none", "d.json"),
      local: {},
      notify: () => {},
    });
    await settings.take(directive(1, { rereads: 5 }));
    expect(settings.refused).toMatch(/cannot be kept: ENOENT/);
    expect(settings.revision).toBe(0);
  });
});
