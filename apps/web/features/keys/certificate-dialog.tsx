"use client";

import { type ChangeEvent, type FormEvent, useId, useState } from "react";
import type { KeyPreviewView, KeyView, KeyWishInput } from "../../contracts/keys.ts";
import { Button } from "../../ui/button.tsx";
import { Choice } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ChangeForm } from "./change-form.tsx";
import { dayOf } from "./key-words.ts";
import { isPrivate } from "./private-text.ts";
import { usePreview } from "./use-preview.ts";

/** As much as the server takes. */
const mostChars = 32_768;

type Role = KeyView["role"];

const roles: readonly { label: string; value: Role }[] = [
  { label: "The archive's", value: "archive" },
  { label: "The escrow's", value: "escrow" },
  { label: "Another reader's", value: "other" },
];

/** Takes a certificate, shows it whole, and then asks whether it is to count. */
export function CertificateDialog({
  act,
  onDone,
  onClose,
}: {
  act: "add" | "rotate";
  onDone: (outcome: string) => void;
  onClose: () => void;
}) {
  const [wish, setWish] = useState<KeyWishInput | null>(null);
  const preview = usePreview(wish);
  return (
    <Dialog title={act === "add" ? "Add a certificate" : "Rotate to a successor"} isOpen onClose={onClose}>
      {wish === null ? (
        <GiveForm act={act} onGiven={(role, certPem) => setWish({ do: act, role, certPem })} />
      ) : (
        <>
          {preview.told?.certificate == null ? null : <Shown certificate={preview.told.certificate} />}
          <ChangeForm
            {...{ preview, onDone }}
            approves={null}
            verb={act === "add" ? "Encrypt to it, too" : "Rotate to it"}
          />
          <Button className="mt-3 w-full" onClick={() => setWish(null)}>
            Give another file
          </Button>
        </>
      )}
    </Dialog>
  );
}

function GiveForm({
  act,
  onGiven,
}: {
  act: "add" | "rotate";
  onGiven: (role: Role, certPem: string) => void;
}) {
  const [text, setText] = useState("");
  const [role, setRole] = useState<Role>(act === "add" ? "other" : "archive");
  const [wasPrivate, setWasPrivate] = useState(false);
  const id = useId();
  const take = (given: string) => {
    setWasPrivate(isPrivate(given));
    setText(isPrivate(given) ? "" : given.slice(0, mostChars));
  };
  const takeFile = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? [];
    if (file !== undefined) take(await file.slice(0, mostChars).text());
    target.value = "";
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") onGiven(role, text);
  };
  return (
    <form onSubmit={submit} className="space-y-4 text-sm">
      <p className="text-ink-soft">
        {act === "add"
          ? "New objects are encrypted to it beside the other keys. It is shown before it counts."
          : "It takes the place of the active key, which opens old objects as before. It is shown before it counts."}{" "}
        Its private key stays where it was made.
      </p>
      <Choice<Role> legend="Whose key" name="role" options={roles} value={role} onChange={setRole} />
      <div>
        <label htmlFor={id} className="mb-1.5 block font-medium">
          Certificate (PEM)
        </label>
        <textarea
          id={id}
          rows={6}
          value={text}
          spellCheck={false}
          placeholder="-----BEGIN CERTIFICATE-----"
          onChange={(event) => take(event.target.value)}
          className="w-full resize-none rounded-md border border-line-strong bg-surface px-3 py-2 font-mono text-xs"
        />
        <label className="mt-1.5 block text-ink-soft">
          Or a file{" "}
          <input
            type="file"
            accept=".pem,.crt,.cer"
            onChange={(event) => void takeFile(event)}
            className="text-xs"
          />
        </label>
      </div>
      {wasPrivate ? (
        <div role="alert">
          <Notice tone="warning" title="That holds a private key">
            It was not sent, and is gone from this page. Give the certificate alone. Where anybody may have
            seen the private key on its way, issue another.
          </Notice>
        </div>
      ) : null}
      <Button type="submit" kind="primary" className="w-full" disabled={text.trim() === ""}>
        Look at it
      </Button>
    </form>
  );
}

function Shown({ certificate }: { certificate: NonNullable<KeyPreviewView["certificate"]> }) {
  const { subject, issuer, certSha256, ski, algorithm, notBeforeEpochMs, notAfterEpochMs, chain } =
    certificate;
  const facts = [
    ["Subject", subject],
    ["Issued by", issuer],
    ["Algorithm", algorithm],
    ["Valid", `${dayOf(notBeforeEpochMs)} to ${dayOf(notAfterEpochMs)}`],
    ["Key id", ski],
    ["SHA-256", certSha256],
    ["Came with", chain.length === 0 ? "no other certificate" : chain.join("; ")],
  ] as const;
  return (
    <section
      aria-label="The certificate"
      className="mb-4 rounded-md border border-line bg-raised px-4 py-3 text-sm"
    >
      <dl className="space-y-1">
        {facts.map(([name, value]) => (
          <div key={name} className="grid grid-cols-[6rem_minmax(0,1fr)] gap-x-3">
            <dt className="text-ink-soft">{name}</dt>
            <dd className="[overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
