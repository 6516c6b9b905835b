import type { ArchiveCode } from '../archive/mistake.ts';
import type { ConfigCode } from '../config/mistake.ts';
import type { Notice, Place } from '../errors.ts';
import type { IsoCode } from '../iso/failure.ts';
import type { ManifestCode } from '../kubernetes/cursor.ts';
import type { MetadataCode } from '../metadata/mistake.ts';
import type { MonitoringCode } from '../monitoring/mistake.ts';
import type { OciCode } from '../oci/manifest.ts';
import type { Findings, Spot } from './finding.ts';
import { isRuleId, type RuleId } from './rules.ts';

/** What reading an archive may complain of; of the records nothing is read here. */
type ReaderCode =
  | ArchiveCode
  | IsoCode
  | OciCode
  | ManifestCode
  | MonitoringCode
  | Extract<ConfigCode, 'yaml-syntax' | 'yaml-encoding' | 'yaml-too-large' | 'schema'>
  | Extract<MetadataCode, 'blob-digest' | 'hash-read'>;

/** The codes whose rule has another name; every other code is the id of its rule. */
const rulesOfCodes: Readonly<Record<Exclude<ReaderCode, RuleId>, RuleId>> = {
  'archive-not-readable': 'archive-unreadable',
  'archive-kind': 'archive-missing',
  'archive-plain-names': 'iso-plain-names',
  'archive-bad-name': 'file-name',
  'archive-cut-names': 'iso-cut-names',
  'product-documents': 'product-yaml',
  'product-operator-image': 'operator-image',
  'image-digest': 'blob-digest',
  'iso-unreadable': 'archive-unreadable',
  'iso-bad-name': 'file-name',
  'iso-not-a-file': 'archive-unreadable',
  'iso-file-too-large': 'archive-too-large',
  'oci-syntax': 'image-manifest',
  'oci-media-type': 'image-media-type',
  'oci-schema-1': 'image-schema-1',
  'oci-descriptor': 'image-manifest',
  'oci-too-large': 'image-manifest',
  'oci-missing': 'blob-missing',
  'oci-size': 'blob-size',
  'oci-digest': 'blob-digest',
  'manifest-syntax': 'kubernetes-yaml',
  'manifest-encoding': 'kubernetes-yaml',
  'manifest-too-large': 'kubernetes-yaml',
  'manifest-value': 'kubernetes-yaml',
  'monitoring-json': 'monitoring-file',
  'monitoring-encoding': 'monitoring-file',
  'monitoring-too-large': 'monitoring-file',
  'alerts-documents': 'monitoring-file',
  'dashboard-uid': 'monitoring-file',
  'input-twice': 'monitoring-file',
  'yaml-syntax': 'product-yaml',
  'yaml-encoding': 'product-yaml',
  'yaml-too-large': 'product-yaml',
  schema: 'product-field',
  'hash-read': 'archive-unreadable',
};

/** Alerts are read as manifest.yaml is, with the same codes. */
const FIELD_RULES: ReadonlySet<RuleId> = new Set(['product-yaml', 'product-field']);

/**
 * Adds what the readers said of the archive `subject`, errors and notices alike.
 *
 * @throws Error for a code without a rule: a reader is called that should not be
 */
export function addNotices(findings: Findings, subject: string, notices: readonly Notice[]): void {
  for (const { code, message, hint, place } of notices) {
    const at = place && spotOf(place, subject);
    findings.add(ruleOf(code, at), message, { at, mend: adviceOf(hint) });
  }
}

function ruleOf(code: string, at: Spot | undefined): RuleId {
  const rule = isRuleId(code)
    ? code
    : Object.entries(rulesOfCodes).find(([one]) => one === code)?.[1];
  if (rule === undefined) throw new Error(`the code ${code} has no rule`);
  return FIELD_RULES.has(rule) && at !== undefined && at.path !== 'manifest.yaml'
    ? 'monitoring-file'
    : rule;
}

/** Inside the archive; what is about the archive as a whole has no spot. */
function spotOf({ file, line, column }: Place, subject: string): Spot | undefined {
  return file.startsWith(`${subject}:`)
    ? { path: file.slice(subject.length + 1), line, column }
    : undefined;
}

/** What a reader of YAML or of a schema advises is about this one place; the rest is the rule's. */
function adviceOf(hint: string | undefined): string | undefined {
  return /^the vendor must mend it: (?<advice>.+)$/su.exec(hint ?? '')?.groups?.['advice'];
}
