import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import { hasCode, sha256, TaplineError } from "../kernel/index.ts";
import { ArchivedLog } from "./archived-log.ts";
import { LogFiles } from "./log-files.ts";
import { makeLogKey, openLogSigner } from "./log-signer.ts";
import { leafHash, rootOf } from "./merkle.ts";
import { cosignNote, formatNote, noteKey, parseNote, rawEd25519 } from "./signed-note.ts";
import { formatBundle } from "./tiles.ts";
import { walkLog } from "./walk-log.ts";

const own = openLogSigner(makeLogKey(), "own.example/log");
const foreign = openLogSigner(makeLogKey(), "foreign.example/log");
const { privateKey } = generateKeyPairSync("ed25519");
const witness = noteKey("witness", "auditor.example", rawEd25519(privateKey));
const size = 7;

/** A checkpoint as a witness gives it back: cosigned. */
function cosigned({ signHead }: typeof own): string {
  const note = parseNote(signHead(size, sha256(Buffer.from("a root"))));
  const line = cosignNote(note.text, witness, privateKey, 1_790_000_000);
  return formatNote({ ...note, signatures: [...note.signatures, line] });
}

/** An archive in which `note` lies as the checkpoint of `size` entries of our log. */
function archiveWith(note: string): ArchivedLog {
  const path = new LogFiles(own.origin).checkpoint(size);
  return new ArchivedLog(
    {
      read: async (asked) => {
        if (asked === path) return Buffer.from(note);
        throw new TaplineError("not-found", `${asked} is not there`);
      },
      list: async (dir) => {
        const name = path.slice(dir.length + 1).split("/")[0] ?? "";
        return [{ name, kind: path === `${dir}/${name}` ? "file" : "directory" }];
      },
    },
    own.origin,
  );
}

/** What both ways of reading checkpoints say of the one that lies there. */
async function found(note: string, keys: Parameters<ArchivedLog["newest"]>[0]): Promise<string[]> {
  const archived = archiveWith(note);
  const all = async () => (await Array.fromAsync(archived.checkpoints(keys)))[0];
  return await Promise.all(
    [archived.newest(keys), all()].map((read) =>
      read.then(
        (checkpoint) => `${checkpoint?.origin} ${checkpoint?.size}`,
        (error: unknown) => (hasCode(error, "corrupt") ? error.message : String(error)),
      ),
    ),
  );
}

test("a checkpoint that the log signed is read, cosigned or not", async () => {
  const text = "own.example/log 7";
  expect(await found(cosigned(own), [own.key, witness])).toEqual([text, text]);
  expect(await found(cosigned(own), [own.key])).toEqual([text, text]);
});

test("another log's checkpoint, put in this one's place, counts by no signature of a witness nor by its own log's", async () => {
  const trusted = "no key that is trusted for foreign.example/log signed the checkpoint";
  for (const told of await found(cosigned(foreign), [own.key, witness])) expect(told).toContain(trusted);
  for (const told of await found(cosigned(foreign), [own.key, foreign.key, witness]))
    expect(told).toContain("it is of the log foreign.example/log");
});

test("a checkpoint in this log's name that a witness alone signed is none, nor is one by an impostor's key of the same name", async () => {
  const { text, signatures } = parseNote(cosigned(own));
  const impostor = cosigned(openLogSigner(makeLogKey(), own.origin));
  const bare = formatNote({ text, signatures: signatures.filter(({ name }) => name === witness.name) });
  for (const note of [bare, impostor])
    for (const told of await found(note, [own.key, witness]))
      expect(told).toContain("no key that is trusted for own.example/log");
});

test("every entry of an archive's copy that was changed is named by a walk over its files", async () => {
  const entries = Array.from({ length: size }, (_, i) => Buffer.from(`entry ${i}`));
  const hashes = entries.map(leafHash);
  const files = new LogFiles(own.origin);
  const whole = { index: 0, width: size };
  const walkOver = (kept: Buffer[]) => {
    const lying = new Map([
      [files.tile({ level: 0, ...whole }), Buffer.concat(hashes)],
      [files.tile({ level: "entries", ...whole }), formatBundle(kept)],
    ]);
    const store = { read: async (path: string) => lying.get(path) ?? Buffer.alloc(0), list: async () => [] };
    return walkLog(new ArchivedLog(store, own.origin).parts(size), [{ size, root: rootOf(hashes) }]);
  };
  expect(await walkOver(entries)).toEqual({ is: "whole", size });
  const changed = entries.with(2, Buffer.from("x")).with(5, Buffer.from("y"));
  expect(await walkOver(changed)).toMatchObject({ is: "changed", indexes: [2, 5] });
});
