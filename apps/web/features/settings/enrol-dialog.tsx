"use client";

import { type FormEvent, useState } from "react";
import { askAuth } from "../../client/auth-api.ts";
import { RefusedNotice } from "../../client/refused-notice.tsx";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import { askYouAnew } from "../../client/use-you.ts";
import * as strings from "../../strings/generated/settings/enrol-dialog.ts";
import { BackupCodes } from "../../ui/backup-codes.tsx";
import { Button } from "../../ui/button.tsx";
import { Copied } from "../../ui/copied.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import { PasswordField } from "../../ui/password-field.tsx";
import { QrCode } from "../../ui/qr-code.tsx";

/** What the server gives for an app that is to be enrolled. */
interface Offer {
  totpURI: string;
  backupCodes: readonly string[];
}

/** Switches the second factor on: password, the app's code, then the backup codes. */
export function EnrolDialog({ onClose }: { onClose: () => void }) {
  const [offer, setOffer] = useState<Offer | null>(null);
  const [isOn, setOn] = useState(false);
  return (
    <Dialog
      title={isOn ? strings.yourSecondFactorIsOn : strings.switchOnTheSecondFactor}
      isOpen
      onClose={onClose}
    >
      {offer === null ? (
        <Begin onOffer={setOffer} />
      ) : isOn ? (
        <div className="space-y-4 text-sm">
          <BackupCodes codes={offer.backupCodes} />
          <Button kind="primary" className="w-full" onClick={onClose}>
            {strings.iHaveKeptThem}
          </Button>
        </div>
      ) : (
        <Confirm offer={offer} onOn={() => setOn(true)} />
      )}
    </Dialog>
  );
}

function Begin({ onOffer }: { onOffer: (offer: Offer) => void }) {
  const { password, setPassword, error, isUnderWay, run } = useGuardedAct(askYouAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (password !== "")
      await run(async () => onOffer((await askAuth("two-factor/enable", { password })) as Offer));
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      <p className="text-sm text-ink-soft">{strings.youNeedAnAuthenticatorApp}</p>
      <PasswordField password={password} onPassword={setPassword} />
      <RefusedNotice error={error} lookAt={strings.yourAccount} />
      <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
        {strings.continueWord}
      </Button>
    </form>
  );
}

function Confirm({ offer, onOn }: { offer: Offer; onOn: () => void }) {
  const [code, setCode] = useState("");
  const { error, isUnderWay, run } = useGuardedAct(askYouAnew);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await run(async () => {
      await askAuth("two-factor/verify-totp", { code: code.replaceAll(" ", "") });
      onOn();
    });
  };
  const secret = new URL(offer.totpURI).searchParams.get("secret") ?? "";
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4 text-sm">
      <p>{strings.scanItWithTheApp}</p>
      <div className="flex justify-center">
        <QrCode text={offer.totpURI} name={strings.theSecretForYourApp} />
      </div>
      <Copied label={strings.secret} text={secret} />
      <Field
        label={strings.codeThatTheAppShows}
        inputMode="numeric"
        autoComplete="one-time-code"
        pattern="[0-9 ]{6,7}"
        required
        value={code}
        onChange={(event) => setCode(event.target.value)}
      />
      <RefusedNotice error={error} lookAt={strings.yourAccount} />
      <Button type="submit" kind="primary" className="w-full" disabled={isUnderWay}>
        {strings.switchOn}
      </Button>
    </form>
  );
}
