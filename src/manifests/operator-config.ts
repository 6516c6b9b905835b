import { hash } from 'node:crypto';
import { Scalar, stringify } from 'yaml';
import type { Platform } from '../config/platform.ts';
import { repositoryOf } from '../model/operator-image.ts';
import type { Solution } from '../model/state.ts';

/** The file that every Operator of a Solution reads, and its sha256 (hex). */
export interface OperatorConfig {
  readonly yaml: string;
  readonly checksum: string;
}

/**
 * `operator.yaml`: where the images of every imported version are, because an Operator needs the
 * older and newer ones while it upgrades or downgrades what it runs.
 *
 * @see https://github.com/scality/metalk8s/blob/HEAD/go/solution-operator-lib/pkg/config/config.go
 */
export function operatorConfig({ versions }: Solution, platform: Platform): OperatorConfig {
  const repositories = new Map(
    versions.map((archive) => [
      quoted(archive.version),
      [{ endpoint: repositoryOf(platform, archive), images: archive.product.images }],
    ]),
  );
  const yaml = stringify(
    {
      apiVersion: 'solutions.metalk8s.scality.com/v1alpha1',
      kind: 'OperatorConfig',
      repositories,
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
  return { yaml, checksum: hash('sha256', yaml, 'hex') };
}

/** `1.10` is a version, not a float. */
function quoted(text: string): Scalar<string> {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}
