import type { KeyView } from "../../contracts/keys.ts";

/** A request that waits for a second person. */
export interface WaitingRequest {
  id: string;
  what: string;
}

/** What is done to what is there already. */
export type AskedChange =
  | { act: "activate" | "retire" | "revoke"; key: KeyView }
  | { act: "rule"; twoPersons: boolean }
  | { act: "approve"; request: WaitingRequest };

/** What an admin would do; the dialog of it says what that does. */
export type AskedAct =
  | AskedChange
  | { act: "add" }
  | { act: "rotate" }
  | { act: "cancel"; request: WaitingRequest };
