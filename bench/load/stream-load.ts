import { randomInt } from "node:crypto";
import { Client, credentials } from "@grpc/grpc-js";
import { AgentMessage, IngestDefinition, ServerMessage } from "@tapline/core/tap";
import { ofType } from "../child.ts";

/** What the generator is asked to stream; payloads are base64. */
export type StreamOrder = {
  readonly type: "stream";
  readonly url: string;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly payloads: readonly string[];
};

const tapsPerMessage = 500;
/** ACK_LEVEL_DURABLE of the protocol. */
const durable = 2;
const { fullName, methods } = IngestDefinition;

/** A process of its own, so that its CPU does not count as the server's: one agent's stream, as fast as credits allow. */
process.on("message", (message) => {
  if (!ofType("stream")(message)) return;
  run(message as unknown as StreamOrder).then(
    (wallS) => process.send?.({ type: "streamed", wallS }),
    (error: unknown) => process.send?.({ type: "streamed", failure: String(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
process.send?.({ type: "ready" });

/** Resolves to the seconds until the last tap was durable. */
async function run({ url, tls, payloads }: StreamOrder): Promise<number> {
  const pem = (text: string): Buffer => Buffer.from(text);
  const client = new Client(
    new URL(url).host,
    credentials.createSsl(pem(tls.ca), pem(tls.key), pem(tls.cert)),
  );
  const epoch = randomInt(1, 2 ** 40);
  const taps = payloads.map((payload, i) => ({
    ...{ seq: i + 1, readAtEpochMs: Date.now(), reader: `reader-${i % 4}`, traceparent: "" },
    payload: Buffer.from(payload, "base64"),
  }));
  const call = client.makeBidiStreamRequest<AgentMessage, ServerMessage>(
    `/${fullName}/${methods.deliver.name}`,
    (message) => Buffer.from(AgentMessage.encode(message).finish()),
    (bytes) => ServerMessage.decode(bytes),
  );
  const startedAt = performance.now();
  let [sent, acked, credits, batch] = [0, 0, 0, 0];
  const sizes = new Map<number, number>();
  const send = (): void => {
    while (sent < taps.length && credits > 0) {
      const part = taps.slice(sent, sent + Math.min(tapsPerMessage, credits));
      [sent, credits, batch] = [sent + part.length, credits - part.length, batch + 1];
      sizes.set(batch, part.length);
      call.write({ message: { $case: "taps", value: { batch, taps: part, traceparent: "" } } });
    }
  };
  const ended = new Promise<void>((resolve, reject) => {
    call.on("error", reject);
    call.on("data", ({ message }: ServerMessage) => {
      if (message?.$case === "credits") credits += message.value.taps;
      if (message?.$case === "ack" && message.value.level >= durable) {
        if (message.value.refused.length > 0) reject(new Error("the door refused taps"));
        acked += sizes.get(message.value.batch) ?? 0;
      }
      send();
      if (acked === taps.length) resolve();
    });
  });
  const hello = { epoch, receiptsAfter: "0", generation: "", wantAccepted: false, sendsLog: false };
  call.write({ message: { $case: "hello", value: hello } });
  await ended;
  const wallS = (performance.now() - startedAt) / 1000;
  client.close();
  return wallS;
}
