import { expect, test, vi } from "vitest";
import { loadPart, type PartSurroundings } from "./load-part.ts";

const failing = (name: string) => () => Promise.reject(Object.assign(new Error("no"), { name }));

function surroundings(awayFor: number) {
  let nowEpochMs = 100_000;
  const stored = new Map<string, string>();
  const reloads: number[] = [];
  const given: PartSurroundings = {
    isServerThere: async () => nowEpochMs >= 100_000 + awayFor,
    sleep: async (ms) => {
      nowEpochMs += ms;
    },
    storage: {
      getItem: (key) => stored.get(key) ?? null,
      setItem: (key, value) => void stored.set(key, value),
    },
    reload: () => void reloads.push(nowEpochMs),
    clock: () => nowEpochMs,
  };
  return { given, reloads };
}

test("a part that is there is given, and what is no failure of loading is told", async () => {
  const { given, reloads } = surroundings(0);
  expect(await loadPart(async () => "part", given)).toBe("part");
  await expect(loadPart(failing("TypeError"), given)).rejects.toThrow("no");
  expect(reloads).toEqual([]);
});

test("a part that cannot be loaded has the page loaded anew once the server is back, not again and again", async () => {
  const { given, reloads } = surroundings(3_000);
  void loadPart(failing("ChunkLoadError"), given);
  await vi.waitFor(() => expect(reloads).toEqual([103_000]));
  void loadPart(failing("ChunkLoadError"), given);
  await vi.waitFor(() => expect(reloads).toEqual([103_000, 113_000]));
});
