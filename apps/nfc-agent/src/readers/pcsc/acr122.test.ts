import { expect, it } from "vitest";
import type { Feedback } from "../reader.ts";
import { cardBeepCommand, escapeControlCode, isAcr122, lightCommand } from "./acr122.ts";

const all: Feedback[] = ["kept", "accepted", "duplicate", "refused", "try-again", "paused"];

it("knows the reader by its name", () => {
  expect(isAcr122("ACS ACR122U PICC Interface 00 00")).toBe(true);
  expect(isAcr122("Identiv uTrust 3700 F")).toBe(false);
});

it("shows each feedback in a way of its own", () => {
  const shown = all.map((feedback) => lightCommand(feedback, true).toString("hex"));
  expect(new Set(shown).size).toBe(all.length);
  for (const command of shown) expect(command).toMatch(/^ff0040[0-9a-f]{2}04[0-9a-f]{8}$/);
  expect(lightCommand("kept", true).toString("hex")).toBe("ff0040ae0401000101");
  expect(lightCommand("refused", true).toString("hex")).toBe("ff00405d0401010201");
});

it("is silent where the buzzer is off, and keeps the reader busy for half a second at most", () => {
  for (const feedback of all) {
    const command = lightCommand(feedback, false);
    expect(command[8]).toBe(0);
    const [onTenths = 0, offTenths = 0, times = 0] = command.subarray(5, 8);
    expect((onTenths + offTenths) * times).toBeLessThanOrEqual(5);
  }
  expect(cardBeepCommand(false).toString("hex")).toBe("ff00520000");
  expect(cardBeepCommand(true).toString("hex")).toBe("ff0052ff00");
});

it("has each system's control code for commands without a card", () => {
  expect(escapeControlCode("linux")).toBe(0x42000dac);
  expect(escapeControlCode("win32")).toBe(0x003136b0);
});
