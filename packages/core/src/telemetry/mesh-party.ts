/** Who calls or is called in a mesh, as its policies tell one from the other. */
export type MeshParty = Readonly<{
  name: string;
  /** Null: beyond the cluster. */
  namespace: string | null;
  account: string;
  labels: Readonly<Record<string, string>>;
  /** Whether a proxy of the mesh stands before it: without one it has no certificate. */
  proxied: boolean;
}>;

/** As whom it is known by its certificate of the mesh; null: it has none. */
export function principalOf({ namespace, account, proxied }: MeshParty): string | null {
  return proxied ? `cluster.local/ns/${namespace}/sa/${account}` : null;
}
