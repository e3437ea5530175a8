import "reflect-metadata";
import { makeLogKey } from "../audit/index.ts";
import { agentIdSchema } from "../tap/index.ts";
import { agentUri, issueAgentsAuthority } from "./agents-authority.ts";
import { pemBlocks } from "./certificate.ts";
import {
  type Authority,
  type Issued,
  type IssueTimes,
  issueAuthority,
  issueCrl,
  issueLeaf,
} from "./issue.ts";

/** What `issueHierarchy` needs. */
export interface HierarchyRequest {
  readonly nowEpochMs: number;
  readonly organisation: string;
  /** Ids of agents (as in their SPIFFE ids) that get a client certificate. */
  readonly agents: readonly string[];
  /** DNS names and IP addresses of the server, beside localhost and 127.0.0.1. */
  readonly hosts: readonly string[];
}

/** A PEM file of the hierarchy; a secret one is for its owner's eyes alone (mode 0600). */
export interface HierarchyFile {
  readonly pem: string;
  readonly secret: boolean;
}

const dayMs = 24 * 3600 * 1000;
const yearMs = 365.25 * dayMs;
/** Clocks differ: what is issued now is valid from a little before. */
const backdateMs = 3600 * 1000;

/**
 * Makes a whole PKI: root (P-384, 20 years) → intermediate (P-384, 10 years) → archive and escrow (P-256,
 * keyAgreement, 2 years), signer (P-256, digitalSignature, 2 years), server (serverAuth, 2 years), empty revocation
 * lists (2 years) and `trust.pem` (root certificate and both lists, as `openssl … -CAfile trust.pem -crl_check_all`
 * takes them). Beside it the agents' authority, which has no part in the above, `agents-trust.pem` (whom the door
 * trusts), and agents below it (clientAuth, URI `spiffe://tapline/agent/<id>`, 1 year). And `log.key`, which signs the
 * audit log and has no certificate.
 * @returns file name → PEM; `server.crt` is followed by the intermediate's certificate
 */
export async function issueHierarchy(request: HierarchyRequest): Promise<Record<string, HierarchyFile>> {
  const { nowEpochMs, organisation } = request;
  const agents = request.agents.map((id) => agentIdSchema.parse(id));
  const times = (years: number): IssueTimes => ({
    notBefore: new Date(nowEpochMs - backdateMs),
    notAfter: new Date(nowEpochMs + years * yearMs),
  });
  const root = await issueAuthority({ commonName: "Tapline root", organisation, pathLength: 1 }, times(20));
  const intermediate = await issueAuthority(
    { commonName: "Tapline intermediate", organisation, pathLength: 0, issuer: root },
    times(10),
  );
  const agentsAuthority = await issueAgentsAuthority(organisation, nowEpochMs);
  const rootCrl = await issueCrl(root, times(2));
  const intermediateCrl = await issueCrl(intermediate, times(2));
  return {
    ...pair("root", root),
    ...pair("intermediate", intermediate),
    "root.crl": { pem: rootCrl, secret: false },
    "intermediate.crl": { pem: intermediateCrl, secret: false },
    "trust.pem": { pem: root.certPem + rootCrl + intermediateCrl, secret: false },
    ...(await issueLeaves(intermediate, request, times)),
    ...pair("agents", agentsAuthority),
    "agents-trust.pem": { pem: agentsAuthority.certPem, secret: false },
    "log.key": { pem: makeLogKey(), secret: true },
    ...(await issueAgents(agentsAuthority, agents, organisation, times(1))),
  };
}

/** An agents' authority alone, for a folder that was made before there was one. */
export async function issueAgentsFiles(
  organisation: string,
  nowEpochMs: number,
): Promise<{ "agents.crt": HierarchyFile; "agents.key": HierarchyFile }> {
  const { certPem, keyPem } = await issueAgentsAuthority(organisation, nowEpochMs);
  return { "agents.crt": { pem: certPem, secret: false }, "agents.key": { pem: keyPem, secret: true } };
}

async function issueAgents(
  issuer: Authority,
  agents: readonly string[],
  organisation: string,
  times: IssueTimes,
): Promise<Record<string, HierarchyFile>> {
  const files: Record<string, HierarchyFile> = {};
  for (const id of agents) {
    const subject = { commonName: `Tapline agent ${id}`, organisation, issuer };
    const agent = await issueLeaf({ ...subject, use: "client", uri: agentUri(id) }, times);
    Object.assign(files, pair(`agent-${id}`, agent));
  }
  return files;
}

async function issueLeaves(
  issuer: Authority & Issued,
  { organisation, hosts }: HierarchyRequest,
  times: (years: number) => IssueTimes,
): Promise<Record<string, HierarchyFile>> {
  const leaf = (commonName: string) => ({ commonName, organisation, issuer });
  const names = [...new Set(["localhost", "127.0.0.1", ...hosts])];
  const archive = await issueLeaf({ ...leaf("Tapline archive"), use: "keyAgreement" }, times(2));
  const escrow = await issueLeaf({ ...leaf("Tapline escrow"), use: "keyAgreement" }, times(2));
  const signer = await issueLeaf({ ...leaf("Tapline manifest signer"), use: "signature" }, times(2));
  const server = await issueLeaf({ ...leaf("Tapline server"), use: "server", hosts: names }, times(2));
  return {
    ...pair("archive", archive),
    ...pair("escrow", escrow),
    ...pair("signer", signer),
    ...pair("server", server, issuer),
  };
}

function pair(name: string, { certPem, keyPem }: Issued, chain?: Issued): Record<string, HierarchyFile> {
  const pem = chain === undefined ? certPem : certPem + pemBlocks(chain.certPem, "CERTIFICATE").join("\n");
  return {
    [`${name}.crt`]: { pem: pem.endsWith("\n") ? pem : `${pem}\n`, secret: false },
    [`${name}.key`]: { pem: keyPem, secret: true },
  };
}
