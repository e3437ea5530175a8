import { timingSafeEqual } from "node:crypto";
import type { AuthContext, Connection, ParsedKey } from "ssh2";

const maxAttempts = 6;

/** Lets one user in who holds the private half of `key`; everybody else is refused, and soon disconnected. */
export function admitByKey(client: Connection, user: string, key: ParsedKey): void {
  let attempts = 0;
  client.on("authentication", (context) => {
    if (isAdmitted(context, user, key)) {
      context.accept();
      return;
    }
    attempts += 1;
    context.reject(["publickey"]);
    if (attempts >= maxAttempts) client.end();
  });
}

/** Without a signature the client only asks whether this key would do; with one it proves that it holds it. */
function isAdmitted(context: AuthContext, user: string, key: ParsedKey): boolean {
  if (context.method !== "publickey" || context.username !== user) return false;
  const expected = key.getPublicSSH();
  const { data } = context.key;
  if (data.length !== expected.length || !timingSafeEqual(data, expected)) return false;
  if (context.signature === undefined) return true;
  if (context.blob === undefined) return false;
  return key.verify(context.blob, context.signature, context.hashAlgo) === true;
}
