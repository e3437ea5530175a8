import { type ClientHttp2Session, connect } from "node:http2";
import { agentUri, issueLeaf, openAgentsAuthority } from "@tapline/core/encryption";
import { messageOf } from "@tapline/core/kernel";
import { AgentMessage, IngestDefinition } from "@tapline/core/tap";
import { ofType } from "../child.ts";

/** How many agents are to open a stream, and as whose machines; PEM. */
export type StreamsOrder = {
  readonly type: "open";
  readonly url: string;
  readonly count: number;
  readonly root: string;
  readonly authorityCert: string;
  readonly authorityKey: string;
};

const atOnce = 16;
const dayMs = 86_400_000;
const { fullName, methods } = IngestDefinition;
const sessions: ClientHttp2Session[] = [];

/** A process of its own, so that what it holds and computes is not the server's: agents, each of which opens a stream and then says nothing. */
process.on("message", (message) => {
  if (!ofType("open")(message)) return;
  open(message as unknown as StreamsOrder).then(
    () => process.send?.({ type: "opened" }),
    (error: unknown) => process.send?.({ type: "opened", failure: messageOf(error) }),
  );
});
process.on("disconnect", () => process.exit(0));
process.on("SIGTERM", () => process.exit(0));
process.send?.({ type: "ready" });

async function open({ url, count, root, authorityCert, authorityKey }: StreamsOrder): Promise<void> {
  const issuer = await openAgentsAuthority(authorityCert, authorityKey);
  const now = Date.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) {
      const [id, organisation] = [`idle-${at}`, "Bench"];
      const subject = { commonName: id, organisation, uri: agentUri(id) };
      const validity = { notBefore: new Date(now - dayMs), notAfter: new Date(now + dayMs) };
      const { certPem, keyPem } = await issueLeaf({ ...subject, issuer, use: "client" }, validity);
      await openOne(url, { ca: root, cert: certPem, key: keyPem });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Resolves once the door has said something. */
async function openOne(
  url: string,
  tls: { readonly ca: string; readonly cert: string; readonly key: string },
) {
  await new Promise<void>((resolve, reject) => {
    const session = connect(url, tls);
    sessions.push(session);
    session.once("error", reject);
    session.once("close", () => reject(new Error("the door ended a connection")));
    const call = session.request({
      ...{ ":method": "POST", ":path": `/${fullName}/${methods.deliver.name}` },
      ...{ "content-type": "application/grpc", te: "trailers" },
    });
    call.once("error", reject);
    call.once("data", () => resolve());
    const hello = { epoch: 1, receiptsAfter: "0", generation: "", wantAccepted: false, sendsLog: false };
    const bytes = AgentMessage.encode({ message: { $case: "hello", value: hello } }).finish();
    const head = Buffer.alloc(5);
    head.writeUInt32BE(bytes.length, 1);
    call.write(Buffer.concat([head, bytes]));
  });
}
