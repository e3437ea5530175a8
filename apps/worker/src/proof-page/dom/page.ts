import { isCode, type Part, partOf } from "./sort-file.ts";
import type { Verdict, Verifying } from "./verdict.ts";

const element = <E extends HTMLElement>(id: string): E => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page lacks its part ${id}`);
  return found as E;
};

const [drop, files, pasted, verdict] = [
  element("drop"),
  element<HTMLInputElement>("files"),
  element<HTMLTextAreaElement>("pasted"),
  element("verdict"),
];

const names: Readonly<Record<Part, string>> = {
  ...{ proof: "a proof", trust: "a trust file", keys: "the log's key", packet: "the tap itself" },
};
const marks = { proven: "✓ Proven", refused: "✗ Not proven", unchecked: "? Could not be checked" };

type GivenFile = { readonly name: string; readonly bytes: Uint8Array; readonly text: string };
let verifying: Verifying;
let given: Partial<Record<Part, readonly GivenFile[]>> = {};

async function take(list: readonly File[]): Promise<void> {
  for (const file of list) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const text = new TextDecoder().decode(bytes);
    const part = partOf(file.name, text);
    // Certificates, keys and a slip's codes may come in several files; of the others the last one counts.
    const isOneOfMany =
      part === "trust" || part === "keys" || (isCode(text) && given.proof?.every(isCodeFile));
    const before = isOneOfMany === true ? (given[part] ?? []) : [];
    given = { ...given, [part]: [...before, { name: file.name, bytes, text }] };
  }
  show();
}

function show(): void {
  const needed = missing();
  for (const part of ["proof", "trust", "keys", "packet"] as const)
    element(`part-${part}`).textContent =
      given[part]?.map(({ name }) => name).join(", ") ?? (needed.includes(part) ? "needed" : "not needed");
  const { proof = [], trust = [], keys = [], packet } = given;
  if (needed.length > 0) tellWaiting(needed);
  else
    tell(
      verifying.verify({
        ...{ proof: textOf(proof), trust: textOf(trust), keys: textOf(keys) },
        packet: packet?.[0]?.bytes ?? null,
      }),
    );
}

function missing(): Part[] {
  const { proof } = given;
  const needsTrust = proof === undefined || verifying.needsTrust(textOf(proof));
  const needed: readonly Part[] = ["proof", ...(needsTrust ? (["trust"] as const) : []), "keys"];
  return needed.filter((part) => given[part] === undefined);
}

const isCodeFile = ({ text }: GivenFile): boolean => isCode(text);
const textOf = (list: readonly GivenFile[]): string => list.map(({ text }) => text).join("\n");

function tellWaiting(needed: readonly Part[]): void {
  verdict.dataset.verdict = "waiting";
  delete verdict.dataset.fault;
  const line = document.createElement("p");
  line.textContent = `Waiting for ${needed.map((part) => names[part]).join(", ")}.`;
  verdict.replaceChildren(line);
}

function tell({ is, text }: Verdict): void {
  const kind = is === "proven" || is === "unchecked" ? is : "refused";
  verdict.dataset.verdict = kind;
  verdict.dataset.fault = is;
  const [mark, words] = [document.createElement("strong"), document.createElement("pre")];
  [mark.textContent, words.textContent] = [marks[kind], text];
  verdict.replaceChildren(mark, words);
}

/** Takes files as they come, and verifies once it has what that takes. */
export function startPage(by: Verifying): void {
  verifying = by;
  listenToFiles();
  listenToField();
  takeFromAddress();
}

/** A proof that the address brings behind `#proof=`, in base64url: what stands there is told to no server. */
function takeFromAddress(): void {
  const [, code] = /^#proof=([\w-]+)$/.exec(location.hash) ?? [];
  if (code === undefined) return;
  const text = atob(code.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  void take([new File([bytes], "the one in the address")]);
}

function listenToField(): void {
  pasted.addEventListener("input", () => {
    const text = pasted.value.trim();
    const bytes = new TextEncoder().encode(text);
    const { proof: _proof, ...others } = given;
    given = text === "" ? others : { ...others, proof: [{ name: "pasted", bytes, text }] };
    show();
  });
  element("again").addEventListener("click", () => {
    given = {};
    pasted.value = "";
    show();
    files.focus();
  });
}

function listenToFiles(): void {
  files.addEventListener("change", () => {
    void take([...(files.files ?? [])]).then(() => {
      // So that the same file can be chosen again after it has changed.
      files.value = "";
    });
  });
  for (const event of ["dragenter", "dragover"])
    document.addEventListener(event, (dragged) => {
      dragged.preventDefault();
      drop.dataset.over = "";
    });
  for (const event of ["dragleave", "drop"])
    document.addEventListener(event, () => {
      delete drop.dataset.over;
    });
  document.addEventListener("drop", (dropped) => {
    dropped.preventDefault();
    void take([...(dropped.dataTransfer?.files ?? [])]);
  });
}
