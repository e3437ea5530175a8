import * as strings from "../strings/generated/client/hotkeys.ts";

/** A key or two in a row, such as `["?"]`, `["Ctrl+k"]` or `["g", "o"]`, and what it does. With Ctrl it works in fields, too. */
export interface Hotkey {
  keys: readonly string[];
  does: string;
  run: () => void;
  /** Runs again and again while the key is held, as moving through a list should. */
  repeats?: true;
}

/** Hotkeys that work now, and where: the help's heading. */
export interface HotkeyGroup {
  on: string;
  hotkeys: readonly Hotkey[];
}

/** Where the keys work that no page has for itself. */
export const everywhere = strings.everywhere;

/** What pages have first, in whichever order they came; of what works everywhere what no page has on the same keys. */
export function ownFirst(groups: readonly HotkeyGroup[]): HotkeyGroup[] {
  const own = groups.filter(({ on }) => on !== everywhere);
  const nameOf = ({ keys }: Hotkey) => keys.join(" ");
  const taken = new Set(own.flatMap(({ hotkeys }) => hotkeys.map(nameOf)));
  const rest = groups
    .filter(({ on }) => on === everywhere)
    .map(({ on, hotkeys }) => ({ on, hotkeys: hotkeys.filter((hotkey) => !taken.has(nameOf(hotkey))) }));
  return [...own, ...rest];
}

const sequenceMs = 1_000;
export const ctrl = "Ctrl+";

/** What of a key press decides. */
export interface Press {
  /** With Ctrl (or the Mac's command key): `Ctrl+k`. */
  key: string;
  atMs: number;
  /** With Alt: the browser's or the system's. */
  hasModifier: boolean;
  /** While somebody writes in a field. */
  isTyping: boolean;
  /** Made by a key that is held down. */
  isRepeated: boolean;
}

/** Follows the presses; returns the hotkey that one completes. Keys of a sequence come within a second. */
export function hotkeyMatcher(hotkeys: () => readonly Hotkey[]): (press: Press) => Hotkey | undefined {
  let before: { key: string; atMs: number } | undefined;
  return (press) => {
    if (press.hasModifier || (press.isTyping && !press.key.startsWith(ctrl))) {
      before = undefined;
      return undefined;
    }
    if (press.isRepeated) {
      return hotkeys().find(({ keys, repeats }) => repeats && keys.length === 1 && keys[0] === press.key);
    }
    const previous = before !== undefined && press.atMs - before.atMs <= sequenceMs ? before.key : undefined;
    before = { key: press.key, atMs: press.atMs };
    const matches = ({ keys }: Hotkey) =>
      keys.at(-1) === press.key && (keys.length === 1 || (keys.length === 2 && keys[0] === previous));
    return hotkeys()
      .toSorted((a, b) => b.keys.length - a.keys.length)
      .find(matches);
  };
}
