"use client";

import { type FormEvent, useState } from "react";
import { ActEnd } from "../../client/act-end.tsx";
import { apiClient, detailOf } from "../../client/api.ts";
import { askAgentsAnew } from "../../client/use-agents.ts";
import { useGuardedAct } from "../../client/use-guarded-act.ts";
import type { AgentView } from "../../contracts/agents.ts";
import * as strings from "../../strings/generated/agents/enrol-dialog.ts";
import { Choice } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field } from "../../ui/field.tsx";
import type { Standing } from "./agent-standing.ts";
import { type MadeToken, NewToken } from "./new-token.tsx";

const hourMs = 3_600_000;
const spans = [
  { label: "1 h", value: hourMs },
  { label: "8 h", value: 8 * hourMs },
  { label: "1 d", value: 24 * hourMs },
  { label: "7 d", value: 168 * hourMs },
] as const;

/** Asks which agent is to be let in, makes its token, and shows it this once, until the agent has come. */
export function EnrolDialog({
  given,
  standings,
  sites,
  onClose,
}: {
  /** The agent that gets a token; "" = asked for. */
  given: string;
  standings: readonly Standing[];
  sites: readonly string[];
  onClose: () => void;
}) {
  const [made, setMade] = useState<MadeToken | null>(null);
  return (
    <Dialog
      title={given === "" ? strings.enrolAnAgent : strings.newTokenForGiven({ given })}
      isOpen
      onClose={onClose}
    >
      {made === null ? (
        <EnrolForm {...{ given, standings, sites }} onMade={setMade} />
      ) : (
        <NewToken
          made={made}
          agent={standings.find(({ agent }) => agent.id === made.agent)?.agent}
          onClose={onClose}
        />
      )}
    </Dialog>
  );
}

interface EnrolFormProps {
  given: string;
  standings: readonly Standing[];
  sites: readonly string[];
  onMade: (made: MadeToken) => void;
}

function EnrolForm({ given, standings, sites, onMade }: EnrolFormProps) {
  const [name, setName] = useState(given);
  const [site, setSite] = useState("");
  const [ring, setRing] = useState("");
  const [ttlMs, setTtl] = useState<number>(hourMs);
  const [why, setWhy] = useState("");
  const act = useGuardedAct(askAgentsAnew);
  const { password, error, run } = act;
  const agent = name.trim();
  const known = standings.find((one) => one.agent.id === agent)?.agent;
  // The server may know it before the list does.
  const asksPassword = known !== undefined || detailOf(error)?.facts.needs === "password";
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const reason = why.trim();
    if (agent === "" || reason === "") return;
    await run(async () => {
      const place = { site: site.trim() || null, ring: ring === "" ? null : Number(ring) };
      const proof = asksPassword && password !== "" ? { password } : {};
      const told = await apiClient.agent.createToken.mutate({ id: agent, ttlMs, reason, ...place, ...proof });
      onMade({ agent, ...told });
    });
  };
  return (
    <form onSubmit={(event) => void submit(event)} className="space-y-4">
      <Field
        // React would focus it before the dialog opens, and the dialog would then choose for itself.
        ref={(field) => (given === "" ? field?.setAttribute("autofocus", "") : undefined)}
        label={strings.nameOfTheAgent}
        required
        readOnly={given !== ""}
        autoComplete="off"
        pattern="[a-z0-9]([a-z0-9\-]{0,61}[a-z0-9])?"
        title={strings.n1To63LowerCase}
        placeholder={strings.frontDesk}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {known === undefined ? null : (
        <p className="text-xs text-ink-soft">{strings.thereIsAnAgentAgent({ agent })}</p>
      )}
      <PlaceFields {...{ known, sites, site, setSite, ring, setRing }} />
      <Choice<number>
        legend={strings.theTokenIsGoodFor}
        name="ttl"
        options={spans}
        value={ttlMs}
        onChange={setTtl}
      />
      <ActEnd {...{ act, why, asksPassword }} onWhy={setWhy} lookAt={strings.theAgent}>
        {strings.makeTheToken}
      </ActEnd>
    </form>
  );
}

/** Where the agent stands, and when roll-outs come to it; empty = as it is, or as usual. */
function PlaceFields({
  known,
  sites,
  site,
  setSite,
  ring,
  setRing,
}: {
  known: AgentView | undefined;
  sites: readonly string[];
  site: string;
  setSite: (site: string) => void;
  ring: string;
  setRing: (ring: string) => void;
}) {
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field
        label={strings.site}
        list="agent-sites"
        autoComplete="off"
        pattern="[a-z0-9]([a-z0-9\-]{0,61}[a-z0-9])?"
        title={strings.n1To63LowerCase}
        placeholder={known?.site ?? strings.defaultWord}
        value={site}
        onChange={(event) => setSite(event.target.value)}
      />
      <Field
        label={strings.ringOfRollOuts}
        type="number"
        min={0}
        max={1_000}
        placeholder={String(known?.ring ?? 1)}
        value={ring}
        onChange={(event) => setRing(event.target.value)}
      />
      <datalist id="agent-sites">
        {sites.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </div>
  );
}
