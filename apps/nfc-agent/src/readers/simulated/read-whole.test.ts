import { describe, expect, it } from "vitest";
import { type Look, readWhole } from "./read-whole.ts";

const message = Buffer.from("d41000", "hex");
const whole: Look = {
  before: { uid: "04aa", messageBytes: 3 },
  message,
  after: { uid: "04aa", messageBytes: 3 },
};
const grown: Look = { ...whole, after: { uid: "04aa", messageBytes: 9 } };
const blank: Look = { ...whole, before: { uid: "04aa", messageBytes: 0 } };
const short: Look = { ...whole, message: message.subarray(1) };
const other: Look = { ...whole, after: { uid: "04bb", messageBytes: 3 } };

function looking(...looks: Look[]) {
  const taken = { count: 0 };
  const look = async (): Promise<Look> => {
    const next = looks[Math.min(taken.count, looks.length - 1)];
    taken.count += 1;
    if (next === undefined) throw new Error("nothing to look at");
    return next;
  };
  return { look, taken };
}

describe("readWhole", () => {
  it("takes a message that stayed the same over one look", async () => {
    expect(await readWhole(looking(whole).look, 3)).toEqual({ ok: true, message, rereads: 0 });
  });

  it.each([
    ["grew", grown],
    ["was being written", blank],
    ["was not read to its end", short],
  ])("looks again where the message %s, and takes it once it is whole", async (_, torn) => {
    expect(await readWhole(looking(torn, torn, whole).look, 3)).toEqual({ ok: true, message, rereads: 2 });
  });

  it("gives a message up as torn after the given number of rereads, never guessing", async () => {
    const { look, taken } = looking(blank, short, grown);
    expect(await readWhole(look, 3)).toEqual({
      ok: false,
      cause: "torn",
      detail: "its length changed from 3 to 9 bytes; looked 4 times",
    });
    expect(taken.count).toBe(4);
    expect(await readWhole(looking(grown, whole).look, 0)).toMatchObject({ ok: false, cause: "torn" });
  });

  it("takes neither of two tags, at once", async () => {
    const { look, taken } = looking(other, whole);
    expect(await readWhole(look, 3)).toMatchObject({ ok: false, cause: "collision" });
    expect(taken.count).toBe(1);
  });

  it("passes on what ended a look", async () => {
    const gone = new Error("gone");
    await expect(readWhole(() => Promise.reject(gone), 3)).rejects.toBe(gone);
  });
});
