import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { validFromEpochMs } from "@tapline/core/encryption";

/** Whom new objects are encrypted to where the key ring is empty or away. */
export const recipientRoles = ["archive", "escrow"] as const;

/** Names of the pairs in the PKI folder, without their endings. */
export type RecipientPairs = Readonly<Record<(typeof recipientRoles)[number], string>>;

/**
 * The newest pair of each recipient: the one of the first start, or what the last rotation put beside it
 * (`archive-<12 digits>`, by `tapline key rotate` or on a schedule).
 * @throws where one of several certificates cannot be read, naming it
 */
export async function recipientPairs(folder: string): Promise<RecipientPairs> {
  const files = new Set(await readdir(folder));
  const newestOf = async (role: string): Promise<string> => {
    const form = new RegExp(`^(${role}(?:-[0-9a-f]{12})?)\\.crt$`);
    const names = [...files].flatMap((file) => form.exec(file)?.[1] ?? []);
    const pairs = names.filter((name) => files.has(`${name}.key`));
    if (pairs.length < 2) return pairs[0] ?? role;
    const dated = await Promise.all(
      pairs.map(async (name) => ({ name, from: await validFrom(folder, name) })),
    );
    return dated.reduce((newest, one) => (one.from > newest.from ? one : newest)).name;
  };
  const [archive, escrow] = await Promise.all([newestOf("archive"), newestOf("escrow")]);
  return { archive, escrow };
}

async function validFrom(folder: string, name: string): Promise<number> {
  const path = join(folder, `${name}.crt`);
  const pem = await readFile(path, "utf8");
  try {
    return validFromEpochMs(pem);
  } catch (cause) {
    throw new Error(`${path} holds no certificate`, { cause });
  }
}
