import { expect, it } from "vitest";
import { LinkChoice, type LinkCourse } from "./link-choice.ts";

const choice = (setting: "auto" | "grpc" | "rest") => new LinkChoice(setting, () => 0.5);

function course(one: LinkChoice, ...ends: LinkCourse[]) {
  return ends.map((end) => {
    const waits = one.over(one.next, end);
    return `${waits ? "wait, " : ""}${one.next}`;
  });
}

it("takes gRPC first, and REST at once where gRPC cannot be reached", () => {
  const auto = choice("auto");
  expect(auto.next).toBe("grpc");
  expect(course(auto, "unreached", "unreached", "unreached", "unreached")).toEqual([
    "rest",
    "wait, grpc",
    "rest",
    "wait, grpc",
  ]);
});

it("keeps to gRPC that was of use, and gives up on gRPC that breaks at once three times", () => {
  const auto = choice("auto");
  expect(course(auto, "fruitful", "fruitless", "fruitless", "fruitless")).toEqual([
    "wait, grpc",
    "wait, grpc",
    "wait, grpc",
    "rest",
  ]);
  expect(course(auto, "fruitful", "fruitless", "fruitless")).toEqual(["wait, rest", "wait, grpc", "rest"]);
});

it("keeps to one link where it is told to", () => {
  expect(course(choice("grpc"), "unreached", "fruitless")).toEqual(["wait, grpc", "wait, grpc"]);
  const rest = choice("rest");
  expect(course(rest, "unreached", "fruitful")).toEqual(["wait, rest", "wait, rest"]);
  expect(rest.nextProbeMs()).toBeNull();
  rest.set("auto");
  expect(rest.next).toBe("grpc");
});

it("tries gRPC again at growing intervals, and at short ones once it worked", () => {
  const auto = choice("auto");
  const waits = Array.from({ length: 9 }, () => auto.nextProbeMs());
  expect(waits.slice(0, 3)).toEqual([22_500, 45_000, 90_000]);
  expect(waits.at(-1)).toBe(30 * 60_000 * 0.75);
  auto.worked("rest");
  expect(auto.nextProbeMs()).toBe(30 * 60_000 * 0.75);
  auto.worked("grpc");
  expect(auto.nextProbeMs()).toBe(22_500);
});
