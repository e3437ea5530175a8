import { describe, expect, test } from "vitest";
import { Hpa, type HpaPod, hpaDefaults, hpaRecommends } from "./hpa.ts";

const settings = { ...hpaDefaults, min: 1, max: 100 };
const ready = (utilization: number | null): HpaPod => ({ isReady: true, utilization });
const starting: HpaPod = { isReady: false, utilization: null };
const pods = (count: number, utilization: number | null): HpaPod[] => Array(count).fill(ready(utilization));

describe("the Horizontal Pod Autoscaler's algorithm", () => {
  test("doubles at twice the target and halves at half of it, as documented", () => {
    const target = { ...settings, targetUtilization: 0.1 };
    expect(hpaRecommends(target, pods(3, 0.2))).toBe(6);
    expect(hpaRecommends(target, pods(4, 0.05))).toBe(2);
  });

  test("takes 50 pods at 90 % of a target of 75 % to 60, as documented", () => {
    expect(hpaRecommends({ ...settings, targetUtilization: 0.75 }, pods(50, 0.9))).toBe(60);
  });

  test("changes nothing within a tenth of the target", () => {
    expect(hpaRecommends(settings, pods(10, 0.87))).toBe(10);
    expect(hpaRecommends(settings, pods(10, 0.73))).toBe(10);
    expect(hpaRecommends(settings, pods(10, 0.89))).toBe(12);
  });

  test("counts pods that are not ready as idle where it would add, so that it does not add twice", () => {
    const target = { ...settings, targetUtilization: 0.3 };
    expect(hpaRecommends(target, [ready(0.3), ready(0.5), ready(0.7)])).toBe(5);
    expect(hpaRecommends(target, [...pods(2, 0.6), starting, starting])).toBe(4);
  });

  test("leaves pods that are not ready out where it would take away", () => {
    expect(hpaRecommends({ ...settings, targetUtilization: 0.5 }, [...pods(2, 0.2), starting])).toBe(1);
  });

  test("counts pods without a metric as busy where it would take away, and as idle where it would add", () => {
    const target = { ...settings, targetUtilization: 0.5 };
    expect(hpaRecommends(target, [...pods(3, 0.1), ready(null)])).toBe(3);
    expect(hpaRecommends(target, [...pods(2, 1), ready(null), ready(null)])).toBe(4);
    expect(hpaRecommends(target, pods(4, null))).toBe(4);
  });

  test("does not turn round when pods without a metric are counted", () => {
    expect(hpaRecommends({ ...settings, targetUtilization: 0.5 }, [...pods(2, 0.45), ...pods(2, null)])).toBe(
      4,
    );
  });

  test("adds at most as many again or four in 15 s, and waits five minutes before it takes away", () => {
    const hpa = new Hpa(settings);
    const replicas: number[] = [1];
    for (let atMs = 0; atMs < 60_000; atMs += 15_000)
      replicas.push(hpa.decide(pods(replicas.at(-1) ?? 0, 8), atMs));
    expect(replicas).toEqual([1, 5, 10, 20, 40]);
    let [at, size] = [60_000, 40];
    while (size === 40) {
      size = hpa.decide(pods(size, 0.2), at);
      at += 15_000;
    }
    // The last one that asked for more was decided at 45 s.
    expect(at - 15_000).toBe(345_000);
    expect(size).toBe(10);
  });

  test("keeps its bounds", () => {
    const hpa = new Hpa({ ...settings, min: 2, max: 3 });
    expect(hpa.decide(pods(3, 5), 0)).toBe(3);
    expect(hpa.decide(pods(3, 0), 400_000)).toBe(2);
  });
});
