import { expect, test } from "vitest";
import { ChannelTests } from "./channel-tests.ts";

test("a channel is tested five times a minute, however many ask at once, and others beside it", async () => {
  let nowMs = 0;
  const tests = new ChannelTests(() => nowMs);
  const send = (channel: string) => tests.begin(channel, async () => channel);
  const asked = await Promise.allSettled(Array.from({ length: 8 }, () => send("duty-mail")));
  expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  await expect(send("duty-mail")).rejects.toMatchObject({ code: "overloaded" });
  expect(await send("room")).toBe("room");
  nowMs += 60_000;
  expect(await send("duty-mail")).toBe("duty-mail");
});

test("what was not sent does not count", async () => {
  const tests = new ChannelTests(() => 0);
  for (let i = 0; i < 9; i++)
    await expect(tests.begin("rooms", () => Promise.reject(new Error("none")))).rejects.toThrow("none");
  expect(await tests.begin("rooms", async () => "sent")).toBe("sent");
});
