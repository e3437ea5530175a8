import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  after,
  missingPcsc,
  someTap,
  type VirtualReader,
} from "../../../../../tools/test-servers/pcscd/index.ts";
import { childEnvironment } from "./config.ts";
import { pcscItself } from "./reader-book.ts";
import { ReaderDesk, tagOf, until } from "./reader-desk.fixture.ts";

const missing = await missingPcsc();
let desk: ReaderDesk;

beforeEach(() => {
  desk = new ReaderDesk();
});
afterEach(() => desk.clear());

describe.skipIf(missing !== null)("readers by PC/SC, when things go wrong,", () => {
  it("free themselves of a card that goes silent, without a tap lost at other readers", async () => {
    await desk.begin(2, { apduDeadlineMs: 400 });
    const [silentReader, other] = desk.daemon.readers as unknown as [VirtualReader, VirtualReader];
    const card = await silentReader.insert(after(5, tagOf(someTap()), "silence"));
    await until(() => expect(desk.sink.at(silentReader.name)?.condition).toBe("stalled"));
    expect(desk.sink.causes()).toEqual(["stalled"]);
    for (let count = 0; count < 5; count += 1) {
      const tap = someTap(8);
      const good = await other.insert(tagOf(tap));
      await until(() => expect(desk.lastTap).toEqual(tap));
      await good.remove();
    }
    expect(desk.sink.causes()).toEqual(["stalled"]);
    await card.remove();
    await until(() => expect(desk.sink.at(silentReader.name)?.condition).toBe("ready"));
    await desk.seeGoodTap();
  });

  it("read on while more cards are silent at once than native calls may usually be under way", async () => {
    await desk.begin(8, { apduDeadlineMs: 60_000, tapDeadlineMs: 60_000 });
    const cards = await Promise.all(
      desk.daemon.readers.slice(1).map(({ insert }) => insert(after(3, tagOf(someTap()), "silence"))),
    );
    await until(() => {
      for (const { name } of desk.daemon.readers.slice(1))
        expect(desk.sink.at(name)?.condition).toBe("reading");
    });
    await desk.seeGoodTap();
    expect(desk.sink.failures).toEqual([]);
    await Promise.all(cards.map((card) => card.remove()));
    await until(() => expect(desk.sink.causes()).toEqual(cards.map(() => "removed")));
  });

  it("wait for room with a visible status, and offer no tap before", async () => {
    await desk.begin(1);
    desk.sink.hold();
    const [one, two] = [someTap(), someTap()];
    const card = await desk.first.insert(tagOf(one));
    await until(() => expect(desk.sink.at(desk.first.name)?.condition).toBe("paused"));
    await card.remove();
    await desk.first.insert(tagOf(two));
    await sleep(200);
    expect(desk.sink.taps).toHaveLength(1);
    desk.sink.release();
    await until(() => expect(desk.lastTap).toEqual(two));
    await until(() => expect(desk.sink.at(desk.first.name)?.condition).toBe("ready"));
  });

  it("come back by themselves when pcscd is killed and started again", async () => {
    await desk.begin(2);
    await desk.seeGoodTap();
    await desk.daemon.stop("SIGKILL");
    await until(() => {
      expect(desk.sink.at(desk.first.name)?.condition).toBe("failed");
      expect(desk.sink.at(pcscItself)).toMatchObject({ condition: "failed", detail: /pcscd/ });
    });
    await desk.daemon.restart();
    await until(() => expect(desk.sink.at(desk.first.name)?.condition).toBe("ready"));
    expect(desk.sink.at(pcscItself)?.condition).toBe("gone");
    await desk.seeGoodTap();
  });

  it("come back by themselves when the reader process is killed, and do not read a lying tag twice", async () => {
    await desk.begin(1);
    const tap = someTap();
    const card = await desk.first.insert(tagOf(tap));
    await until(() => expect(desk.sink.taps).toHaveLength(1));
    const [pid] = await desk.childPids();
    process.kill(pid!, "SIGKILL");
    await until(() => expect(desk.sink.statuses.some(({ condition }) => condition === "failed")).toBe(true));
    await until(() => expect(desk.sink.at(desk.first.name)?.condition).toBe("ready"));
    await sleep(300);
    expect(desk.sink.taps).toHaveLength(1);
    await card.remove();
    await desk.seeGoodTap();
  });

  it("replace a reader process that has grown, between taps, and lose none", async () => {
    await desk.begin(1, { maxChildRssBytes: 1, minChildLifeMs: 700 });
    const pids = new Set<number>();
    await until(async () => {
      for (const pid of await desk.childPids()) pids.add(pid);
      expect(pids.size).toBeGreaterThan(2);
    });
    for (let count = 0; count < 10; count += 1) {
      await desk.seeGoodTap();
      await sleep(50);
    }
    expect(desk.sink.failures).toEqual([]);
    expect(desk.sink.statuses.some(({ condition }) => condition === "failed")).toBe(false);
  });

  it("say that no reader is plugged in", async () => {
    await desk.begin(0);
    await until(() =>
      expect(desk.sink.at(pcscItself)).toMatchObject({ condition: "failed", detail: /no reader/ }),
    );
  });

  it("begin by themselves when pcscd comes later", async () => {
    await desk.plugIn(1);
    await desk.daemon.stop();
    desk.run();
    await until(() => expect(desk.sink.at(pcscItself)?.condition).toBe("failed"));
    await desk.daemon.restart();
    await desk.seeGoodTap();
    await until(() => expect(desk.sink.at(pcscItself)?.condition).toBe("gone"));
  });

  it("say that another program holds a card, and read it once that program ends", async () => {
    await desk.plugIn(1);
    const tap = someTap();
    await desk.first.insert(tagOf(tap));
    const holder = fork(new URL("./hold-card.fixture.ts", import.meta.url), [desk.first.name], {
      env: childEnvironment(desk.daemon.socketPath),
      execArgv: [],
    });
    expect((await once(holder, "message"))[0]).toBe("held");
    desk.run();
    await until(() => expect(desk.sink.at(desk.first.name)?.condition).toBe("busy"));
    expect(desk.sink.at(desk.first.name)?.detail).toMatch(/another program/);
    holder.kill("SIGKILL");
    await until(() => expect(desk.lastTap).toEqual(tap));
    await until(() => expect(desk.sink.at(desk.first.name)?.condition).toBe("ready"));
    expect(desk.sink.causes()).toEqual(["busy"]);
  });

  it("show feedback at an ACR122U, and read on where the reader refuses the command", async () => {
    await desk.begin(1, {}, "ACS ACR122U");
    const seen: string[] = [];
    const tap = someTap();
    const card = tagOf(tap);
    const lying = await desk.first.insert({
      ...card,
      respond: (apdu) => {
        if (apdu[0] !== 0xff || apdu[1] !== 0x00) return card.respond(apdu);
        seen.push(apdu.toString("hex"));
        return Buffer.from("6300", "hex");
      },
    });
    await until(() => expect(desk.sink.taps).toHaveLength(1));
    desk.readers.feedback(desk.first.name, "kept");
    await until(() => expect(seen).toContain("ff0040ae0401000101"));
    desk.readers.configure({ rereads: 3, buzzer: false });
    desk.readers.feedback(desk.first.name, "accepted");
    await until(() => expect(seen.slice(1)).toEqual(["ff00400e0400000000", "ff00520000"]));
    await lying.remove();
    desk.readers.feedback(desk.first.name, "refused");
    desk.readers.feedback("no such reader", "refused");
    await desk.seeGoodTap();
    expect(desk.sink.failures).toEqual([]);
  });
});
