import { Client, type ClientDuplexStream, credentials, type StatusObject } from "@grpc/grpc-js";
import type { AgentMessage, ServerMessage } from "@tapline/core/tap";
import { until } from "../../path.fixture.ts";
import { ingestService } from "./service.ts";

type Pems = { readonly ca: string; readonly cert?: string; readonly key?: string };
type Sent = NonNullable<AgentMessage["message"]>;
type Told = NonNullable<ServerMessage["message"]>;
type ToldCase<Name extends Told["$case"]> = Extract<Told, { $case: Name }>["value"];

export type StreamClient = ReturnType<typeof openStream>;

/** An agent's stream, with all that it was told. */
export function openStream(port: number, { ca, cert, key }: Pems, options: Record<string, number> = {}) {
  const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
  const tls = credentials.createSsl(Buffer.from(ca), pem(key), pem(cert));
  const client = new Client(`localhost:${port}`, tls, { "grpc.enable_retries": 0, ...options });
  const call: ClientDuplexStream<AgentMessage | Buffer, ServerMessage> = client.makeBidiStreamRequest(
    ingestService.deliver.path,
    (message: AgentMessage | Buffer) =>
      Buffer.isBuffer(message) ? message : ingestService.deliver.requestSerialize(message),
    ingestService.deliver.responseDeserialize,
  );
  const told: Told[] = [];
  let ended: StatusObject | undefined;
  call.on("data", ({ message }: ServerMessage) => message !== undefined && told.push(message));
  call.on("status", (status) => {
    ended = status;
  });
  call.on("error", () => undefined);
  const all = <Name extends Told["$case"]>(name: Name): ToldCase<Name>[] =>
    told.flatMap((one) => (one.$case === name ? [one.value as ToldCase<Name>] : []));
  return {
    call,
    told,
    all,
    send: (message: Sent) => call.write({ message }),
    hello: (changes: Partial<Extract<Sent, { $case: "hello" }>["value"]> = {}) =>
      call.write({
        message: {
          $case: "hello",
          value: {
            epoch: 1,
            receiptsAfter: "0",
            generation: "",
            wantAccepted: false,
            sendsLog: true,
            ...changes,
          },
        },
      }),
    taps: (batch: number, taps: ReturnType<typeof streamTap>[]) =>
      call.write({ message: { $case: "taps", value: { batch, taps, traceparent: "" } } }),
    /** All messages of one kind, once there are `count`. */
    wait: <Name extends Told["$case"]>(name: Name, count = 1): Promise<ToldCase<Name>[]> =>
      until(`${count} ${name}`, () => {
        if (ended !== undefined) throw new Error(`the stream ended: ${ended.code} ${ended.details}`);
        return all(name).length >= count && all(name);
      }),
    /** Credits that were granted in all. */
    credits: (): number => all("credits").reduce((sum, { taps }) => sum + taps, 0),
    status: (): Promise<StatusObject> => until("the stream's end", () => ended),
    isOpen: () => ended === undefined,
    close: (): void => {
      call.cancel();
      client.close();
    },
  };
}

export const streamTap = (seq: number, payload: Buffer = Buffer.from(`tap ${seq}`), changes = {}) => ({
  seq,
  readAtEpochMs: Date.now(),
  reader: "reader-1",
  payload,
  traceparent: "",
  ...changes,
});
