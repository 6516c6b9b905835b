import type { Platform } from '../config/platform.ts';
import type { Archive } from '../metadata/archive.ts';
import type { Notices } from './notices.ts';
import type { Placed } from './placement.ts';
import { serviceName } from './service-name.ts';
import type { OperatorMetrics } from './state.ts';

/** What an Operator listens on for its metrics where its manifest names no port. */
const PORTS = { https: 8443, http: 8080 } as const;

/** A path of a URL and no more, of a length that servers take. */
const PATH = /^\/[\w.~!$&'()*+,;=:@%/-]{0,1000}$/u;

/** What comes of the metrics that a manifest declares. */
type Declared = OperatorMetrics | { readonly why: string };

/**
 * Where the Operator of an archive serves its metrics, or nothing: its manifest enables none, what it
 * says cannot be used, or platform.yaml knows of nobody who would collect them.
 *
 * @see https://github.com/scality/metalk8s/pull/4813
 */
export function operatorMetrics(
  archive: Archive,
  { monitoring }: Platform,
): OperatorMetrics | undefined {
  const declared = monitoring.isEnabled ? declaredMetrics(archive) : undefined;
  return declared && 'why' in declared ? undefined : declared;
}

/** What to know before an apply, once an archive: its Operator runs without metrics, or not at all. */
export function warnMetrics(
  { archive, settings: { place } }: Placed,
  { monitoring }: Platform,
  notices: Notices,
): void {
  const declared = monitoring.isEnabled ? declaredMetrics(archive) : undefined;
  if (!declared) return;
  if ('why' in declared) {
    notices.warn(
      'metrics-unusable',
      `the metrics of the Operator of ${archive.id} are not collected: ${declared.why}`,
      { place, hint: 'the vendor must correct `spec.operator.metrics`' },
    );
  } else if (declared.scheme === 'https' && monitoring.certificates === 'unset') {
    notices.warn(
      'metrics-certificate',
      `the Operator of ${archive.id} does not start without the Secret \`${declared.certificate}\`, the certificate of its metrics`,
      {
        place,
        hint: 'say `monitoring.certManager: true` in platform.yaml where cert-manager is there; or make the Secret before you apply, as out/README.md shows, and say `false`',
      },
    );
  }
}

function declaredMetrics({ name, product }: Archive): Declared | undefined {
  const { enabled, scheme, port, path } = product.operator?.metrics ?? {};
  if (!enabled) return undefined;
  const wanted = scheme ?? 'https';
  if (wanted !== 'https' && wanted !== 'http') {
    return { why: `their \`scheme\` is ${JSON.stringify(wanted)}, expected https or http` };
  }
  const where = path ?? '/metrics';
  if (!PATH.test(where)) {
    return { why: `their \`path\` is ${JSON.stringify(where)}, expected one such as /metrics` };
  }
  return {
    scheme: wanted,
    port: port ?? PORTS[wanted],
    path: where,
    service: serviceName(`${name}-operator`, 'metrics'),
    certificate: `${name}-operator-metrics-cert`,
    issuer: `${name}-operator-metrics-issuer`,
  };
}
