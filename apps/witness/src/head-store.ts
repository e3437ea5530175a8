import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { WitnessedHead } from "@tapline/core/audit";
import { messageOf, sha256Hex, TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import { replaceFile } from "./replace-file.ts";

const headSchema = z.strictObject({
  origin: z.string().min(1),
  size: z.int().min(0),
  root: z.base64().refine((text) => Buffer.from(text, "base64").length === 32, "must be 32 bytes"),
});

const ending = ".head.json";

/** All that a witness remembers: of each log the head that it cosigned last, each in a file of its own. */
export class HeadStore {
  readonly #dir: string;
  readonly #heads: Map<string, WitnessedHead>;

  private constructor(dir: string, heads: Map<string, WitnessedHead>) {
    this.#dir = dir;
    this.#heads = heads;
  }

  /**
   * Reads what `dir` holds.
   * @throws TaplineError `corrupt` where a file cannot be read: a witness that forgot would cosign a second history
   */
  static async open(dir: string): Promise<HeadStore> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const heads = new Map<string, WitnessedHead>();
    for (const name of (await readdir(dir)).filter((file) => file.endsWith(ending))) {
      try {
        const { origin, size, root } = headSchema.parse(JSON.parse(await readFile(join(dir, name), "utf8")));
        heads.set(origin, { size, root: Buffer.from(root, "base64") });
      } catch (cause) {
        throw new TaplineError("corrupt", `${join(dir, name)} cannot be read: ${messageOf(cause)}`, {
          remedy: "restore it from a backup; without it this witness would take any history of the log",
          cause,
        });
      }
    }
    return new HeadStore(dir, heads);
  }

  find(origin: string): WitnessedHead | null {
    return this.#heads.get(origin) ?? null;
  }

  /** Keeps the head; it is on disk when this resolves. */
  async keep(origin: string, { size, root }: WitnessedHead): Promise<void> {
    const path = join(this.#dir, `${sha256Hex(Buffer.from(origin)).slice(0, 32)}${ending}`);
    const head = { origin, size, root: Buffer.from(root).toString("base64") };
    await replaceFile(path, `${JSON.stringify(head)}\n`);
    this.#heads.set(origin, { size, root });
  }
}
