"use client";

import { type ChangeEvent, type FormEvent, useId, useState } from "react";
import type { KeyPreviewView, KeyView, KeyWishInput } from "../../contracts/keys.ts";
import * as strings from "../../strings/generated/keys/certificate-dialog.ts";
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
  { label: strings.theArchives, value: "archive" },
  { label: strings.theEscrows, value: "escrow" },
  { label: strings.anotherReaders, value: "other" },
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
    <Dialog
      title={act === "add" ? strings.addACertificate : strings.rotateToASuccessor}
      isOpen
      onClose={onClose}
    >
      {wish === null ? (
        <GiveForm act={act} onGiven={(role, certPem) => setWish({ do: act, role, certPem })} />
      ) : (
        <>
          {preview.told?.certificate == null ? null : <Shown certificate={preview.told.certificate} />}
          <ChangeForm
            {...{ preview, onDone }}
            approves={null}
            verb={act === "add" ? strings.encryptToItToo : strings.rotateToIt}
          />
          <Button className="mt-3 w-full" onClick={() => setWish(null)}>
            {strings.giveAnotherFile}
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
        {strings.actItsPrivateKeyStays({
          act: act === "add" ? strings.newObjectsAreEncryptedTo : strings.itTakesThePlaceOf,
        })}
      </p>
      <Choice<Role> legend={strings.whoseKey} name="role" options={roles} value={role} onChange={setRole} />
      <div>
        <label htmlFor={id} className="mb-1.5 block font-medium">
          {strings.certificatePem}
        </label>
        <textarea
          id={id}
          rows={6}
          value={text}
          spellCheck={false}
          placeholder={strings.beginCertificate}
          onChange={(event) => take(event.target.value)}
          className="w-full resize-none rounded-md border border-line-strong bg-surface px-3 py-2 font-mono text-xs"
        />
        <label className="mt-1.5 block text-ink-soft">
          {strings.orAFile}{" "}
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
          <Notice tone="warning" title={strings.thatHoldsAPrivateKey}>
            {strings.itWasNotSentAnd}
          </Notice>
        </div>
      ) : null}
      <Button type="submit" kind="primary" className="w-full" disabled={text.trim() === ""}>
        {strings.lookAtIt}
      </Button>
    </form>
  );
}

function Shown({ certificate }: { certificate: NonNullable<KeyPreviewView["certificate"]> }) {
  const { subject, issuer, certSha256, ski, algorithm, notBeforeEpochMs, notAfterEpochMs, chain } =
    certificate;
  const facts = [
    [strings.subject, subject],
    [strings.issuedBy, issuer],
    [strings.algorithm, algorithm],
    [strings.valid, strings.dayToDay2({ day: dayOf(notBeforeEpochMs), day2: dayOf(notAfterEpochMs) })],
    [strings.keyId, ski],
    ["SHA-256", certSha256],
    [strings.cameWith, chain.length === 0 ? strings.noOtherCertificate : chain.join("; ")],
  ] as const;
  return (
    <section
      aria-label={strings.theCertificate}
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
