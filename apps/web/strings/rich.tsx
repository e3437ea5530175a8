import { Fragment, type ReactNode } from "react";

type Arg = string | number | ((words: string) => string);
type NodeFor<A> = A extends (words: string) => string
  ? (words: ReactNode) => ReactNode
  : string extends A
    ? ReactNode
    : A;

// Two signs that no text has: what lies between them is the number of an element.
const [before, after] = ["\ue000", "\ue001"];
const marked = new RegExp(`${before}(\\d+)${after}`);

/** A message with elements in it: for each placeholder what stands there, for each `<tag>` what its words are put into. */
export function rich<A extends Record<string, Arg>>(
  message: (args: A) => string,
  args: { [K in keyof A]: NodeFor<A[K]> },
): ReactNode {
  const nodes: ReactNode[] = [];
  const mark = (node: ReactNode) => `${before}${nodes.push(node) - 1}${after}`;
  const woven = (text: string): ReactNode =>
    text
      .split(marked)
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one message keep their places.
      .map((piece, at) => <Fragment key={at}>{at % 2 === 0 ? piece : nodes[Number(piece)]}</Fragment>);
  const standIn = (arg: unknown): Arg => {
    if (typeof arg === "number") return arg;
    if (typeof arg !== "function") return mark(arg as ReactNode);
    return (words: string) => mark((arg as (words: ReactNode) => ReactNode)(woven(words)));
  };
  const standIns = Object.fromEntries(Object.entries(args).map(([name, arg]) => [name, standIn(arg)]));
  return woven(message(standIns as A));
}
