import type { ReactNode } from "react";
import * as strings from "../../strings/generated/runbooks/runbooks.ts";
import { Card } from "../../ui/card.tsx";
import { type Block, type Piece, type Runbook, readRunbooks } from "./read-runbooks.ts";
import source from "./runbooks.json" with { type: "json" };

const runbooks = readRunbooks(source.lines);

/** What to do about each alert of the shipped rules: docs/runbooks.md, where alerts and messages lead by a section's anchor. */
export function Runbooks() {
  return (
    <div>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="mr-auto text-lg font-semibold tracking-tight">{strings.runbooks}</h1>
      </div>
      <div className="grid gap-3 lg:grid-cols-[13rem_minmax(0,48rem)]">
        <nav
          aria-label={strings.runbooks}
          className="h-fit text-sm max-lg:hidden lg:sticky lg:top-18 lg:max-h-[calc(100vh-5.5rem)] lg:overflow-y-auto"
        >
          <ul className="space-y-0.5">
            {runbooks.map(({ id, title }) => (
              <li key={id}>
                <a
                  href={`#${id}`}
                  className="block rounded px-2 py-1 text-ink-soft hover:bg-raised hover:text-ink"
                >
                  {title}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <div className="space-y-3">
          {runbooks.map((runbook) => (
            <Section key={runbook.id} {...runbook} />
          ))}
        </div>
      </div>
    </div>
  );
}

/** The one that a link led to stands out. */
function Section({ id, title, blocks }: Runbook) {
  return (
    <Card
      id={id}
      aria-labelledby={`${id}-title`}
      className="scroll-mt-18 space-y-2.5 px-5 py-4 text-sm leading-relaxed target:border-line-strong target:ring-2 target:ring-focus"
    >
      <h2 id={`${id}-title`} className="text-base font-semibold">
        {title}
      </h2>
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was read at the build never changes its place
        <Shown key={index} block={block} />
      ))}
    </Card>
  );
}

function Shown({ block }: { block: Block }) {
  if (block.is === "text") return <p className="[overflow-wrap:anywhere]">{block.pieces.map(shownPiece)}</p>;
  return (
    <ul className="list-disc space-y-1 pl-5 [overflow-wrap:anywhere]">
      {block.items.map((pieces, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: what was read at the build never changes its place
        <li key={index}>{pieces.map(shownPiece)}</li>
      ))}
    </ul>
  );
}

function shownPiece(piece: Piece, index: number): ReactNode {
  const { text } = piece;
  switch (piece.is) {
    case "text":
      return text;
    case "strong":
      return <strong key={index}>{text}</strong>;
    case "code":
      return (
        <code key={index} className="rounded bg-raised px-1 font-mono text-[13px]">
          {text}
        </code>
      );
    case "link":
      return <Reference key={index} text={text} target={piece.target} />;
  }
}

/** Other pages of docs lie in the folder of this installation: the console has none of them. */
function Reference({ text, target }: { text: string; target: string }) {
  if (!target.startsWith("#"))
    return (
      <>
        {text} <span className="font-mono text-[13px] text-ink-faint">{strings.docsTarget({ target })}</span>
      </>
    );
  return (
    <a href={target} className="underline underline-offset-4">
      {text}
    </a>
  );
}
