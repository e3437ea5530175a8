import * as strings from "../../strings/generated/shell/keys.ts";
import { Kbd } from "../../ui/kbd.tsx";

/** Keys as they stand on a keyboard, in the order in which they are pressed. */
export function Keys({ keys }: { keys: readonly string[] }) {
  return keys.flatMap(shownAs).map((key) => <Kbd key={key}>{key}</Kbd>);
}

/** A capital is a letter with Shift. */
function shownAs(key: string): string[] {
  if (key === "Escape") return ["Esc"];
  if (key.startsWith("Ctrl+")) return [strings.ctrl, key.slice("Ctrl+".length).toUpperCase()];
  return /^[A-Z]$/.test(key) ? ["Shift", key.toLowerCase()] : [key];
}
