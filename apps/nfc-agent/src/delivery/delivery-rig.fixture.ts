import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LinkName } from "@tapline/core/tap";
import { expect, vi } from "vitest";
import { AgentEvents, type TapProgress } from "../events.ts";
import { Outbox } from "../outbox/index.ts";
import { Delivery } from "./delivery.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import { IngestLedger } from "./ingest-ledger.fixture.ts";
import { credentialsOf, IngestServer, issuePki, type Pki } from "./ingest-server.fixture.ts";
import type { Credentials } from "./link.ts";
import { type LinkOptions, linksTo } from "./links-to.ts";
import { StreamServer } from "./stream-server.fixture.ts";

// Machines that run tests are busy ones.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let shared: Promise<Pki> | null = null;

const settings = { link: "auto", releaseAt: "archived", reportEveryMs: 60_000 } as const;

/** An outbox, a test server with both doors, and the delivery between them. */
export class Rig {
  readonly pki: Pki;
  readonly ledger = new IngestLedger();
  readonly events = new AgentEvents();
  readonly progress: TapProgress[] = [];
  readonly links: (LinkName | null)[] = [];
  readonly ends = new Map<number, string>();
  /** How often each tap left the outbox. */
  readonly settled = new Map<number, number>();
  readonly notices: { text: string; facts: Record<string, unknown> }[] = [];
  readonly root: string;
  outbox: Outbox;
  rest: IngestServer;
  stream: StreamServer;
  restUrl = "";
  streamUrl = "";
  credentials: Credentials;
  #deliveries: Delivery[] = [];

  private constructor(pki: Pki, root: string, outbox: Outbox) {
    this.pki = pki;
    this.root = root;
    this.outbox = outbox;
    this.credentials = credentialsOf(pki);
    this.rest = new IngestServer(pki, this.ledger);
    this.stream = new StreamServer(pki, this.ledger);
    this.events.listen((event) => {
      if (event.type === "tap-progress") this.progress.push(...event.taps);
      if (event.type === "link") this.links.push(event.link);
    });
  }

  static async open(): Promise<Rig> {
    shared ??= issuePki();
    const root = await mkdtemp(join(tmpdir(), "tapline-delivery-"));
    const rig = new Rig(await shared, root, await openOutbox(root));
    rig.restUrl = await rig.rest.listen();
    rig.streamUrl = await rig.stream.listen();
    return rig;
  }

  async close(): Promise<void> {
    await this.stopDeliveries();
    await Promise.all([this.rest.close().catch(() => {}), this.stream.close()]);
    await this.outbox.close();
    await rm(this.root, { recursive: true, force: true });
  }

  async stopDeliveries(): Promise<void> {
    await Promise.all(this.#deliveries.splice(0).map((delivery) => delivery.stop()));
  }

  /** Starts a delivery; the waits between tries are short. */
  deliver(options: Partial<DeliveryOptions> = {}, links: Partial<LinkOptions> = {}): Delivery {
    const monotonic = () => performance.now();
    const random = () => Math.random() / 4;
    const credentials = () => this.credentials;
    const { streamUrl, restUrl } = this;
    const delivery = new Delivery({
      outbox: this.outbox,
      events: this.events,
      links: linksTo({ streamUrl, restUrl, credentials, monotonic, random, answerMs: 5000, ...links }),
      credentials,
      settings,
      onDirective: () => {},
      now: Date.now,
      monotonic,
      random,
      onSettled: (left) => {
        for (const { seq, outcome } of left) {
          this.ends.set(seq, outcome);
          this.settled.set(seq, (this.settled.get(seq) ?? 0) + 1);
        }
      },
      notify: (text, facts) => this.notices.push({ text, facts }),
      onFailure,
      ...options,
    });
    this.#deliveries.push(delivery);
    delivery.start();
    return delivery;
  }

  byRest(options: Partial<DeliveryOptions> = {}, links: Partial<LinkOptions> = {}): Delivery {
    return this.deliver({ settings: { ...settings, link: "rest" }, ...options }, links);
  }

  byStream(options: Partial<DeliveryOptions> = {}, links: Partial<LinkOptions> = {}): Delivery {
    return this.deliver({ settings: { ...settings, link: "grpc" }, ...options }, links);
  }

  async tap(delivery?: Delivery, raw = randomBytes(400)): Promise<number> {
    const seq = await this.outbox.append({ reader: "r1", readAtEpochMs: Date.now(), raw });
    delivery?.offer(seq);
    return seq;
  }

  taps(count: number, delivery?: Delivery): Promise<number[]> {
    return Promise.all(Array.from({ length: count }, () => this.tap(delivery)));
  }

  /** Waits until `count` taps have left, and none waits. */
  async allEnded(count: number, timeoutMs = 15_000): Promise<void> {
    await vi.waitFor(() => expect([this.outbox.pending, this.ends.size]).toEqual([0, count]), {
      timeout: timeoutMs,
      interval: 20,
    });
    expect(this.ledger.conflicts).toEqual([]);
    expect([...this.settled.values()].every((times) => times === 1)).toBe(true);
  }

  noticed(text: string) {
    return this.notices.filter((notice) => notice.text.includes(text));
  }

  /** Waits for a condition, generously. */
  until(check: () => void, timeoutMs = 15_000): Promise<void> {
    return vi.waitFor(check, { timeout: timeoutMs, interval: 20 });
  }
}

export function openOutbox(dir: string): Promise<Outbox> {
  return Outbox.open({ dir, maxBytes: 256 << 20, now: Date.now, onFailure });
}

function onFailure(error: unknown): void {
  throw error;
}
