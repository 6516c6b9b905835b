import { fieldsOf, type Shape } from './shape.ts';

/**
 * ObjectMeta as a client may send it; labels and annotations are looked at by their own rules.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
 */
export const metadataShape: Shape = {
  fields: fieldsOf({
    name: 'anything',
    generateName: 'text',
    namespace: 'anything',
    labels: { mapOf: 'anything' },
    annotations: { mapOf: 'anything' },
    finalizers: { listOf: 'text' },
    clusterName: 'text',
  }),
};
