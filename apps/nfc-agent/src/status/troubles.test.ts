import { describe, expect, it } from "vitest";
import { statusOf } from "./status.fixture.ts";
import { troublesOf } from "./troubles.ts";

const none = { link: null, identity: null, troubledReaders: [], version: null, api: null };
const codes = (...args: Parameters<typeof troublesOf>) => troublesOf(...args).map(({ code }) => code);

describe("troubles", () => {
  it("are none where all is well", () => {
    expect(troublesOf(statusOf(), none)).toEqual([]);
  });

  it.each(["outbox-full", "outbox-old", "disk-full"] as const)(
    "name the pause %s and that nothing was dropped",
    (paused) => {
      const [trouble] = troublesOf(statusOf({ paused }), none);
      expect(trouble).toMatchObject({ code: "paused", text: expect.stringContaining("nothing was dropped") });
    },
  );

  it("name a tap that waits for long although the server answers", () => {
    const aged = (oldestAgeMs: number) =>
      statusOf({ outbox: { ...statusOf().outbox, taps: 3, oldestAgeMs } });
    expect(codes(aged(600_000), none)).toEqual([]);
    expect(troublesOf(aged(900_000), none)).toMatchObject([
      { code: "waiting", text: expect.stringContaining("15 min") },
    ]);
    expect(codes(aged(900_000), { ...none, link: { text: "nobody answers", remedy: "see" } })).toEqual([
      "link",
    ]);
  });

  it("each have a remedy", () => {
    const status = statusOf({
      paused: "disk-full",
      readers: { gone: 1 },
      settings: { revision: 1, refused: "rereads: too big", wantedVersion: "2.0.0" },
      link: { name: null, up: false, server: "https://x", clockSkewMs: -600_000 },
      certificateEndsAtEpochMs: 1,
    });
    const reader = {
      reader: "door",
      condition: "busy" as const,
      detail: "sharing violation",
      sinceEpochMs: 1,
      taps: 0,
      lastTapAtEpochMs: null,
      failures: 1,
      lastFailure: null,
    };
    const troubles = troublesOf(status, {
      link: { text: "nobody answers", remedy: "see" },
      identity: null,
      troubledReaders: [reader],
      version: { text: "2.0.0 is wanted", remedy: "upgrade by hand" },
      api: { code: "api", text: "port taken", remedy: "another" },
    });
    expect(troubles.map(({ code }) => code)).toEqual([
      "paused",
      "link",
      "reader",
      "no-reader",
      "certificate",
      "clock",
      "settings",
      "version",
      "api",
    ]);
    for (const { text, remedy } of troubles) expect(Math.min(text.length, remedy.length)).toBeGreaterThan(2);
    expect(troubles[5]?.text).toBe("this PC's clock is 600 s ahead of the server's");
  });

  it("tell of PC/SC itself, and of what stands in the way of a new certificate", () => {
    const pcsc = { reader: "pcsc", condition: "failed" as const, detail: "nobody answers at /run/pcscd" };
    const rest = { sinceEpochMs: 1, taps: 0, lastTapAtEpochMs: null, failures: 0, lastFailure: null };
    const troubles = troublesOf(statusOf({ certificateEndsAtEpochMs: 1 }), {
      ...none,
      identity: { text: "revoked", remedy: "enrol anew" },
      troubledReaders: [{ ...pcsc, ...rest }],
    });
    expect(troubles).toMatchObject([
      { code: "pcsc", text: "PC/SC: nobody answers at /run/pcscd" },
      { code: "certificate", text: "revoked" },
    ]);
  });

  it("tell of a certificate three days before it ends", () => {
    const ends = 10 * 24 * 3_600_000;
    const at = (atEpochMs: number) => codes(statusOf({ atEpochMs, certificateEndsAtEpochMs: ends }), none);
    expect(at(ends - 4 * 24 * 3_600_000)).toEqual([]);
    expect(at(ends - 2 * 24 * 3_600_000)).toEqual(["certificate"]);
    expect(at(ends + 1)).toEqual(["certificate"]);
  });
});
