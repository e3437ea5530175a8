import { z } from "zod";

const texts = z.record(z.string(), z.string());

/** An object of Kubernetes as it stands in a manifest; what we know nothing of is kept as it is. */
export const manifestSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: texts.optional(),
    annotations: texts.optional(),
  }),
});
export type Manifest = z.infer<typeof manifestSchema>;

/** `networking.istio.io/v1/VirtualService/ingest`, with the namespace before the name where it has one. */
export function nameOf({ apiVersion, kind, metadata }: Manifest): string {
  const place = metadata.namespace === undefined ? "" : `${metadata.namespace}/`;
  return `${apiVersion}/${kind}/${place}${metadata.name}`;
}

/** Values of a manifest. @returns undefined where the way leads nowhere */
export function valueAt(value: unknown, ...way: readonly (string | number)[]): unknown {
  return way.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null
        ? (inner as Record<string | number, unknown>)[key]
        : undefined,
    value,
  );
}

const read = new WeakMap<Manifest, unknown>();

/**
 * What a manifest specifies, in a form; read once, since many checks look at the same.
 * @throws ZodError where it has another one
 */
export function specOf<Form>(manifest: Manifest, form: z.ZodType<Form>): Form {
  const known = read.get(manifest);
  if (known !== undefined) return known as Form;
  const parsed = form.parse(manifest.spec);
  read.set(manifest, parsed);
  return parsed;
}
