import { expect, test } from "vitest";
import { unreadOf } from "./unread-address.ts";

const read = (params: URLSearchParams) => ({
  site: ["north", "south"].find((known) => known === params.get("site")) ?? null,
  open: params.get("agent"),
});
const unread = (search: string) => unreadOf(read, new URLSearchParams(search));

test("what a page takes from its address is understood, in any order and however it is encoded", () => {
  expect(unread("")).toEqual([]);
  expect(unread("?agent=gate+1&site=north")).toEqual([]);
  expect(unread("?agent=gate%201")).toEqual([]);
});

test("values that are no more, and names that never were, are named", () => {
  expect(unread("?site=west&agent=gate-1&state=odd&state=even")).toEqual(["site", "state"]);
});
