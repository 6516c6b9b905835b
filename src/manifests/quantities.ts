import { k8s } from 'cdk8s-plus-28';

/** Requests or limits of a container, from their texts: `100m`, `64Mi`. */
export function quantities(texts: Readonly<Record<string, string>>): Record<string, k8s.Quantity> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, k8s.Quantity.fromString(text)]),
  );
}
