import { expect, test } from "vitest";
import { auditAddress, filterOf, targetOf } from "./view.ts";

const read = (address: string) => auditAddress.read(new URLSearchParams(address));

test("what is looked at stands in the address and comes out of it the same", () => {
  const address =
    "?by=ola&action=key&subject=segment%2F1&words=broken+seal&since=2026-11-01T00%3A00%3A00.000Z&until=2026-12-01T00%3A00%3A00.000Z&entry=1a";
  expect(auditAddress.write(read(address))).toBe(address);
  expect(filterOf(read(address))).toEqual({
    ...{ actorId: "ola", action: "key", subject: "segment/1", text: "broken seal" },
    ...{ sinceEpochMs: Date.UTC(2026, 10, 1), untilEpochMs: Date.UTC(2026, 11, 1) },
  });
  expect(auditAddress.write(read("?since=yesterday&other=1"))).toBe("");
  expect(filterOf(read(""))).toEqual({});
});

test("one goes to a place by a number and to a time by a date", () => {
  for (const place of ["12345", "#12345", "12,345", " 12 345 "])
    expect(targetOf(place, "utc")).toEqual({ is: "place", index: 12_345 });
  const epochMs = Date.UTC(2026, 10, 29, 12, 5);
  for (const time of ["2026-11-29T12:05", "2026-11-29 12:05", "2026-11-29T12:05:00Z"])
    expect(targetOf(time, "utc")).toEqual({ is: "time", epochMs });
  expect(targetOf("2026-11-29", "utc")).toEqual({ is: "time", epochMs: Date.UTC(2026, 10, 29) });
  expect(targetOf("noon", "utc")).toBeNull();
  expect(targetOf("", "utc")).toBeNull();
});
