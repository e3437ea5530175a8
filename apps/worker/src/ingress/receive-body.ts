import type { IncomingMessage } from "node:http";
import { HttpRefusal } from "./http-refusal.ts";

/**
 * The bytes of a request's body, however they come.
 * @throws HttpRefusal 413 once there are, or are said to be, more than `maxBytes`; 400 where the connection ends before it
 */
export async function receiveBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers["content-length"]) > maxBytes) throw tooLarge();
  return await new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > maxBytes) {
        request.removeAllListeners("data");
        return reject(tooLarge());
      }
      chunks.push(chunk);
    });
    request.on("end", () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.on("error", () => reject(new HttpRefusal(400, "the connection ended within the body")));
  });
}

const tooLarge = (): HttpRefusal => new HttpRefusal(413, "the body is too large");
