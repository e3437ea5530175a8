import type { Feedback } from "../reader.ts";

/** Readers that know the commands below, by the name that PC/SC gives them (ACR122U API 2.04 §6). */
export function isAcr122(reader: string): boolean {
  return /acr122/i.test(reader);
}

/** The control code by which a command reaches the reader without a card: CCID escape. */
export function escapeControlCode(platform: NodeJS.Platform): number {
  return platform === "win32" ? (0x31 << 16) | (3500 << 2) : 0x42000000 + 3500;
}

/** Bits of the LED byte: the state that stays, and with which light the blinking begins. */
const led = {
  red: 0x01,
  green: 0x02,
  setRed: 0x04,
  setGreen: 0x08,
  startRed: 0x10,
  startGreen: 0x20,
} as const;
const blink = { red: 0x40, green: 0x80 } as const;
const stay = led.setRed | led.setGreen;

type Signal = {
  lights: number /** Tenths of a second on, off; times; with sound. */;
  blinks?: readonly [number, number, number];
};

/** The reader answers only when its blinking is over: signals are short, and steady where no sound is due. */
const signals: Readonly<Record<Feedback, Signal>> = {
  kept: { lights: stay | led.green | led.startGreen | blink.green, blinks: [1, 0, 1] },
  accepted: { lights: stay | led.green },
  duplicate: { lights: stay | led.green | led.red },
  refused: { lights: stay | led.red | led.startRed | blink.red, blinks: [1, 1, 2] },
  "try-again": { lights: stay | led.red | led.startRed | blink.red, blinks: [3, 0, 1] },
  paused: { lights: stay | led.red },
};

/** "Bi-color LED and buzzer control" that shows `feedback`; sounds while the light is on, where `buzzer` is true. */
export function lightCommand(feedback: Feedback, buzzer: boolean): Buffer {
  const { lights, blinks = [0, 0, 0] } = signals[feedback];
  const link = buzzer && blinks[2] > 0 ? 0x01 : 0x00;
  return Buffer.from([0xff, 0x00, 0x40, lights, 0x04, ...blinks, link]);
}

/** "Set buzzer output enable for card detection": whether the reader beeps by itself at each card. */
export function cardBeepCommand(buzzer: boolean): Buffer {
  return Buffer.from([0xff, 0x00, 0x52, buzzer ? 0xff : 0x00, 0x00]);
}
