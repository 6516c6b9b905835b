import { quoted } from '../archive/mistake.ts';
import { objectMistakes } from '../kubernetes/check.ts';
import type { Manifest } from '../kubernetes/read.ts';
import { structuralMistakes } from '../kubernetes/structural.ts';
import { fieldOf, nameOf, textOf } from '../kubernetes/value.ts';
import { verbatim } from '../manifests/verbatim.ts';
import type { Findings, Spot } from './finding.ts';

/** A CRD that an archive defines, and where. */
export interface DefinedCrd {
  readonly name: string;
  readonly at: Spot;
}

/** What the API server refuses in CRDs, and what does not fit a Solution. */
export function checkCrds(
  crds: readonly Manifest[],
  spotOf: SpotOf,
  findings: Findings,
): DefinedCrd[] {
  const defined = new Map<string, Spot>();
  for (const crd of crds.filter(isJudged)) {
    const name = nameOf(crd.value);
    const at = spotOf(crd.place);
    const rendered = verbatim(crd, { name, labels: {} });
    for (const mistake of objectMistakes(rendered)) findings.add('crd-refused', mistake, { at });
    for (const { path, must } of structuralMistakes(crd.value)) {
      const message = `${path.map(stepText).join('').slice(1)} ${must}`;
      findings.add('crd-schema', message, { at: spotOf(crd.placeOf(path)) });
    }
    checkConversion(crd, spotOf, findings);
    const first = defined.get(name);
    if (first)
      findings.add('crd-twice', `${quoted(name)} is defined in ${quoted(first.path)}, too`, { at });
    else defined.set(name, at);
  }
  return [...defined].map(([name, at]) => ({ name, at }));
}

/** A place of the readers as a spot of the archive. */
export type SpotOf = (place: Manifest['place']) => Spot;

/** Of other kinds and versions, and of those without a name, the reader has spoken. */
function isJudged({ value }: Manifest): boolean {
  const { apiVersion, kind } = value;
  return (
    apiVersion === 'apiextensions.k8s.io/v1' &&
    kind === 'CustomResourceDefinition' &&
    nameOf(value) !== ''
  );
}

function stepText(step: string | number): string {
  if (typeof step === 'number') return `[${step}]`;
  return /^[\w$-]+$/u.test(step) ? `.${step}` : `[${quoted(step)}]`;
}

function checkConversion(crd: Manifest, spotOf: SpotOf, findings: Findings): void {
  const conversion = fieldOf(crd.value['spec'], 'conversion');
  if (fieldOf(conversion, 'strategy') !== 'Webhook') return;
  const client = fieldOf(fieldOf(conversion, 'webhook'), 'clientConfig');
  const service = fieldOf(client, 'service');
  const namespace = textOf(fieldOf(service, 'namespace'));
  const message =
    service === undefined
      ? `the webhook is at ${quoted(textOf(fieldOf(client, 'url')))}`
      : `the webhook is the Service ${quoted(textOf(fieldOf(service, 'name')))} in the Namespace ${quoted(namespace)}`;
  const at = spotOf(crd.placeOf(['spec', 'conversion']));
  findings.add('crd-webhook', message, { at });
}
