import { request } from "node:https";
import { requestCertificate } from "@tapline/core/encryption";
import {
  certificateResponseSchema,
  encodeTap,
  postTapsResponseSchema,
  readToken,
  receiptsResponseSchema,
  type Verdict,
} from "@tapline/core/tap";
import { hosts } from "./kind-secrets.ts";

type Pair = Readonly<{ cert: string; key: string }>;
type Door = Readonly<{ port: number; rootPem: string }>;

/** Asks the door by way of the gateway: the name in the TLS handshake is what it goes by. */
async function ask(
  { port, rootPem }: Door,
  path: string,
  { own, body }: { own?: Pair; body?: unknown } = {},
): Promise<{ status: number; body: unknown }> {
  return await new Promise((resolve, reject) => {
    const asking = request(
      {
        ...{ host: "127.0.0.1", port, path, servername: hosts.taps, ca: rootPem, agent: false, ...own },
        method: body === undefined ? "GET" : "POST",
        headers: { host: hosts.taps, "content-type": "application/json" },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: answer.statusCode ?? 0, body: text === "" ? null : JSON.parse(text) });
        });
      },
    );
    asking.on("error", reject);
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** An agent without a reader: it enrols, hands in taps and hears what became of them. */
export class TrialAgent {
  readonly #door: Door;
  readonly #own: Pair;

  private constructor(door: Door, own: Pair) {
    this.#door = door;
    this.#own = own;
  }

  /** @param token as `tapline agent token` prints it */
  static async enrol(door: Door, token: string): Promise<TrialAgent> {
    const { keyPem, csrPem } = await requestCertificate();
    const secret = readToken(token).secret.toString("base64url");
    const wish = { token: secret, csr: csrPem, hostname: "trial", version: "1.0.0" };
    const { status, body } = await ask(door, "/v1/enrol", { body: wish });
    if (status !== 200) throw new Error(`the door does not enrol: ${status} ${JSON.stringify(body)}`);
    const { certificate } = certificateResponseSchema.parse(body);
    return new TrialAgent(door, { cert: certificate, key: keyPem });
  }

  /** The door's answer to somebody without a certificate. */
  static async stranger(door: Door): Promise<number> {
    return (await ask(door, "/v1/receipts")).status;
  }

  /** Hands in unsigned taps of one tracker, numbered from 1. @returns what became of each, once all have ended */
  async deliver(count: number, withinMs: number): Promise<Verdict[]> {
    const taps = Array.from({ length: count }, (_, i) => ({
      ...{ seq: i + 1, readAtEpochMs: Date.now(), reader: "trial" },
      payload: Buffer.from(tapOf(i + 1)).toString("base64"),
    }));
    const { status, body } = await ask(this.#door, "/v1/taps", { own: this.#own, body: { epoch: 1, taps } });
    if (status !== 202) throw new Error(`the door takes no taps: ${status} ${JSON.stringify(body)}`);
    postTapsResponseSchema.parse(body);
    const verdicts = new Map<number, Verdict>();
    const end = performance.now() + withinMs;
    let after = "0";
    while (verdicts.size < count) {
      if (performance.now() > end) throw new Error(`${verdicts.size} of ${count} taps have ended`);
      const answer = await ask(this.#door, `/v1/receipts?after=${after}&waitMs=5000`, { own: this.#own });
      const told = receiptsResponseSchema.parse(answer.body);
      after = told.next;
      for (const one of told.receipts.flatMap((receipt) => receipt.verdicts)) verdicts.set(one.seq, one);
    }
    return [...verdicts.values()];
  }
}

const tapOf = (seq: number) =>
  encodeTap({
    ...{ trackerId: "00000000000000ff", seq, epoch: 1, batteryPercent: 70, uptimeS: 3_600 + seq },
    t0EpochS: Math.floor(Date.now() / 1_000) - 3_600,
    samples: Array.from({ length: 30 }, (_, i) => [i * 60, 60 + (i % 40), i % 20] as const),
  });
