import { expect, test } from "vitest";
import { everywhere, type Hotkey, hotkeyMatcher, ownFirst } from "./hotkeys.ts";

const hotkeys: Hotkey[] = [
  { keys: ["?"], does: "help", run: () => {} },
  { keys: ["g", "o"], does: "overview", run: () => {} },
  { keys: ["o"], does: "open", run: () => {} },
  { keys: ["Ctrl+k"], does: "find", run: () => {} },
  { keys: ["j"], does: "next", run: () => {}, repeats: true },
];

function matcher() {
  const match = hotkeyMatcher(() => hotkeys);
  return (key: string, atMs = 0, given = {}) =>
    match({ key, atMs, hasModifier: false, isTyping: false, isRepeated: false, ...given })?.does;
}

test("one key runs at once, two in a row run together", () => {
  const press = matcher();
  expect(press("?")).toBe("help");
  expect(press("g")).toBeUndefined();
  expect(press("o", 900)).toBe("overview");
});

test("two keys too far apart, or with another between, run nothing", () => {
  const press = matcher();
  press("g", 0);
  expect(press("o", 1_001)).toBe("open");
  press("g", 2_000);
  press("x", 2_100);
  expect(press("o", 2_200)).toBe("open");
});

test("two keys in a row win over the last one alone", () => {
  const press = matcher();
  press("g", 0);
  expect(press("o", 100)).toBe("overview");
});

test("a held key runs again only what is meant to, and is no part of a sequence", () => {
  const press = matcher();
  expect(press("j", 0, { isRepeated: true })).toBe("next");
  expect(press("?", 0, { isRepeated: true })).toBeUndefined();
  press("g", 0);
  expect(press("o", 100, { isRepeated: true })).toBeUndefined();
});

test("keys with a modifier or typed into a field are left alone", () => {
  const press = matcher();
  expect(press("?", 0, { hasModifier: true })).toBeUndefined();
  expect(press("?", 0, { isTyping: true })).toBeUndefined();
});

test("a key with Ctrl is another one than without, and works in fields, too", () => {
  const press = matcher();
  expect(press("k")).toBeUndefined();
  expect(press("Ctrl+j")).toBeUndefined();
  expect(press("Ctrl+k")).toBe("find");
  expect(press("Ctrl+k", 0, { isTyping: true })).toBe("find");
});

test("what a page has on a key takes the place of what works everywhere, whichever came first", () => {
  const hotkey = (key: string, does: string) => ({ keys: [key], does, run: () => {} });
  const shell = { on: everywhere, hotkeys: [hotkey(":", "find"), hotkey("?", "help")] };
  const page = { on: "Audit", hotkeys: [hotkey(":", "go to a place")] };
  for (const groups of [
    [shell, page],
    [page, shell],
  ]) {
    const told = ownFirst(groups).map(({ on, hotkeys: of }) => [on, of.map(({ does }) => does)]);
    expect(told).toEqual([
      ["Audit", ["go to a place"]],
      [everywhere, ["help"]],
    ]);
  }
});
