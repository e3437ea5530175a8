import { fitsRule, isKnownRequest } from "@tapline/core/telemetry";
import { callsTo } from "./calls.ts";
import { type Finding, fault } from "./finding.ts";
import { isOf, type Policy, principalsOf, remedyFor } from "./policy-rules.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
/** Beside what is known: what is asked on loopback alone, and what nobody answers. */
const otherPaths = ["/healthz", "/readyz", "/api/other"];

/** Whether callers may ask what the table of edges knows of a service, and nothing else; only where its proxy can read that. */
export function judgeRequests(service: string, policies: readonly Policy[], namespace: string): Finding[] {
  const rules = policies.filter((one) => one.service === service).flatMap(({ spec }) => spec.rules);
  return callsTo(service).flatMap(({ from, port, edge: { protocol, cipheredBy, operations } }) => {
    const principal = rules
      .flatMap((rule) => principalsOf(rule) ?? [])
      .find((one) => isOf(one, from, namespace));
    if (protocol !== "HTTP" || cipheredBy !== "mesh" || operations === null || principal === undefined)
      return [];
    const known = operations.map(({ path }) => path.replace(/\*$/, "x"));
    return methods.flatMap((method) => {
      const wrong = [...new Set([...known, ...otherPaths])]
        .map((path) => ({
          path,
          lets: rules.some((rule) => fitsRule(rule, { principal, port, method, path })),
          wants: isKnownRequest(operations, { method, path }),
        }))
        .filter(({ lets, wants }) => lets !== wants);
      return [true, false].flatMap((lets) => {
        const paths = wrong.filter((one) => one.lets === lets).map(({ path }) => path);
        if (paths.length === 0) return [];
        const asks = `${method} ${paths.join(", ")}`;
        return [
          fault(
            "policies",
            lets
              ? `${from} may ask ${service} for ${asks}, which no edge needs`
              : `${from} may not ask ${service} for ${asks}`,
            remedyFor(service),
          ),
        ];
      });
    });
  });
}
