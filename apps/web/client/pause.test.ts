import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { endPause, getPause, goesOn, holdWhilePaused, onPause, startPause, unlessPaused } from "./pause.ts";

afterEach(endPause);

function watched(meta = {}) {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, persister: holdWhilePaused } },
  });
  let answers = 0;
  const queryKey = ["figures"];
  const observer = new QueryObserver(client, { queryKey, meta, queryFn: () => ++answers });
  const end = observer.subscribe(() => {});
  return { client, queryKey, end, asked: () => answers, shown: () => observer.getCurrentResult().data };
}

test("pushes are counted while paused, and none is put in afterwards", () => {
  const write = vi.fn();
  const told = vi.fn();
  const end = onPause(told);
  unlessPaused(1, write);
  startPause(5_000);
  startPause(9_000);
  unlessPaused(2, write);
  unlessPaused(0, write);
  unlessPaused(3, write);
  expect(getPause()).toEqual({ sinceEpochMs: 5_000, waiting: 5 });
  expect(told).toHaveBeenCalledTimes(3);
  endPause();
  expect(getPause()).toEqual({ sinceEpochMs: null, waiting: 0 });
  expect(write).toHaveBeenCalledTimes(1);
  end();
});

test("an answer that is there stays while paused, and is asked for once when that ends", async () => {
  const { client, shown, asked, end } = watched();
  await vi.waitFor(() => expect(shown()).toBe(1), 20_000);
  startPause(0);
  void client.invalidateQueries();
  void client.invalidateQueries();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(asked()).toBe(1);
  endPause();
  await client.invalidateQueries();
  expect(shown()).toBe(2);
  expect(asked()).toBe(2);
  end();
});

test("an answer that was on its way when the page was told to stand still does not come into it", async () => {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, persister: holdWhilePaused } },
  });
  const queryKey = ["figures"];
  client.setQueryData(queryKey, "before");
  const late = Promise.withResolvers<string>();
  const observer = new QueryObserver(client, { queryKey, queryFn: () => late.promise });
  const end = observer.subscribe(() => {});
  startPause(0);
  late.resolve("during");
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(observer.getCurrentResult().data).toBe("before");
  end();
});

test("what is not known yet is asked for while paused, and what goes on all the while", async () => {
  startPause(0);
  const first = watched();
  await vi.waitFor(() => expect(first.shown()).toBe(1), 20_000);
  const strip = watched(goesOn);
  await vi.waitFor(() => expect(strip.shown()).toBe(1), 20_000);
  await strip.client.invalidateQueries();
  expect(strip.shown()).toBe(2);
  first.end();
  strip.end();
});
