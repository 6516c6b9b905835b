import * as z from 'zod';

/** What names an object in a plan. */
export const objectName = z.object({
  apiVersion: z.string(),
  kind: z.string(),
  namespace: z.optional(z.string()),
  name: z.string(),
});
const change = z.object({ before: z.optional(z.string()), after: z.optional(z.string()) });
const image = z.object({ name: z.string(), tag: z.string(), digest: z.string() });
const right = z.object({ text: z.string() });
const judged = z.object({ level: z.string(), rule: z.string() });

/** What is looked at of `plan --output json`. */
export const planJson = z.object({
  base: z.object({ commit: z.string() }),
  changes: z.boolean(),
  placement: z.object({
    namespaces: z.array(z.object({ namespace: z.string(), what: z.string() })),
    placed: z.array(change.extend({ environment: z.string(), solution: z.string() })),
    solutions: z.array(
      z.object({
        solution: z.string(),
        imported: z.array(z.string()),
        dropped: z.array(z.string()),
        active: z.optional(change),
      }),
    ),
  }),
  crds: z.object({
    changed: z.array(z.object({ name: z.string(), changes: z.array(judged) })),
    shared: z.array(
      z.object({
        name: z.string(),
        renderedFrom: z.string(),
        sharedBy: z.string(),
        compatible: z.boolean(),
      }),
    ),
  }),
  rights: z.array(
    z.object({
      accounts: z.array(z.object({ namespace: z.string(), name: z.string() })),
      gained: z.array(right),
      lost: z.array(right),
    }),
  ),
  workloads: z.object({
    jobs: z.array(objectName),
    deployments: z.array(objectName.extend({ what: z.string(), why: z.array(z.string()) })),
  }),
  images: z.object({
    archives: z.array(z.object({ id: z.string(), added: z.array(image), removed: z.array(image) })),
    transfer: z.number(),
    unpush: z.array(z.string()),
  }),
  objects: z.object({
    added: z.array(objectName),
    changed: z.array(objectName),
    removed: z.array(objectName),
  }),
  deleteLines: z.array(z.string()),
  warnings: z.array(z.object({ code: z.string() })),
});

/** A plan that was printed for programs. */
export type Plan = z.infer<typeof planJson>;

/** All but the objects and the bytes, which are compared with `out/` and the archives. */
export function linesOf({ placement, crds, rights: changed, workloads, images }: Plan): string[] {
  return [
    ...placement.namespaces.map(({ what, namespace }) => `namespace ${what} ${namespace}`),
    ...placement.placed.map(
      ({ environment, solution, ...rest }) => `placed ${environment} ${solution} ${stepText(rest)}`,
    ),
    ...placement.solutions.flatMap(({ solution, imported, dropped, active }) => [
      ...imported.map((version) => `${solution} imported ${version}`),
      ...dropped.map((version) => `${solution} dropped ${version}`),
      ...(active ? [`${solution} active ${stepText(active)}`] : []),
    ]),
    ...crds.changed.flatMap(({ name, changes }) =>
      changes.map(({ level, rule }) => `crd ${name} ${level} ${rule}`),
    ),
    ...crds.shared.map(
      ({ name, renderedFrom, sharedBy, compatible }) =>
        `shared ${name} of ${renderedFrom} ${compatible ? 'suits' : 'breaks'} ${sharedBy}`,
    ),
    ...changed.flatMap(({ accounts, ...both }) =>
      (['gained', 'lost'] as const).flatMap((which) =>
        both[which].flatMap(({ text }) =>
          accounts.map(({ namespace, name }) => `${which} ${namespace}/${name}: ${text}`),
        ),
      ),
    ),
    ...workloads.jobs.map(({ name }) => `runs ${name.replace(/-[0-9a-f]{10}$/u, '')}`),
    ...workloads.deployments.map(
      ({ what, namespace, name, why }) => `${what} ${namespace}/${name} (${why.join(', ')})`,
    ),
    ...images.archives.flatMap(({ id, added, removed }) => [
      ...added.map(({ name, tag }) => `image + ${id}/${name}:${tag}`),
      ...removed.map(({ name, tag }) => `image - ${id}/${name}:${tag}`),
    ]),
    ...images.unpush,
  ];
}

function stepText({ before = 'none', after = 'none' }: z.infer<typeof change>): string {
  return `${before} -> ${after}`;
}
