import { z } from "zod";

const texts = z.record(z.string(), z.string());

const target = z.strictObject({
  group: z.string().optional(),
  version: z.string().optional(),
  kind: z.string().optional(),
  name: z.string().optional(),
  namespace: z.string().optional(),
  labelSelector: z.string().optional(),
});
export type PatchTarget = z.infer<typeof target>;

/** What of kustomize 5 is used; any other field is refused, so that nothing is passed over in silence. */
export const kustomizationSchema = z.strictObject({
  apiVersion: z.enum(["kustomize.config.k8s.io/v1beta1", "kustomize.config.k8s.io/v1alpha1"]),
  kind: z.enum(["Kustomization", "Component"]),
  resources: z.array(z.string()).default([]),
  components: z.array(z.string()).default([]),
  namespace: z.string().optional(),
  labels: z
    .array(
      z.strictObject({
        pairs: texts,
        includeTemplates: z.boolean().default(false),
        includeSelectors: z.literal(false).optional(),
      }),
    )
    .default([]),
  patches: z
    .array(
      z.strictObject({
        path: z.string().optional(),
        patch: z.string().optional(),
        target: target.optional(),
      }),
    )
    .default([]),
  images: z
    .array(
      z.strictObject({
        name: z.string(),
        newName: z.string().optional(),
        newTag: z.union([z.string(), z.number().transform(String)]).optional(),
        digest: z.string().optional(),
      }),
    )
    .default([]),
  replicas: z.array(z.strictObject({ name: z.string(), count: z.number().int().min(0) })).default([]),
  configMapGenerator: z
    .array(
      z.strictObject({
        name: z.string(),
        namespace: z.string().optional(),
        literals: z.array(z.string()).default([]),
        files: z.array(z.string()).default([]),
        options: z
          .strictObject({
            disableNameSuffixHash: z.literal(true, {
              error: "names with a hash are not made here: set disableNameSuffixHash: true",
            }),
            labels: texts.optional(),
          })
          .optional(),
      }),
    )
    .default([]),
  generatorOptions: z.strictObject({ disableNameSuffixHash: z.literal(true) }).optional(),
});
export type Kustomization = z.infer<typeof kustomizationSchema>;
