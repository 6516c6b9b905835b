import { counted } from '../count.ts';
import { printable } from '../printable.ts';
import type { Finding, Report } from './finding.ts';
import { ruleIds, ruleText } from './rules.ts';

const SCHEMA =
  'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/**
 * Reports as SARIF 2.1.0: one run, with every rule, so that a viewer can explain them.
 *
 * @param version of this program
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
 */
export function sarifOf(reports: readonly Report[], version: string) {
  const artifacts: Artifacts = { list: [], indexes: new Map() };
  const results = reports.flatMap((report) =>
    report.findings.map((finding) => resultOf(finding, report, artifacts)),
  );
  const omitted = reports.flatMap((report) =>
    report.omitted.map(({ rule, count }) => ({
      level: 'note' as const,
      message: {
        text: printable(
          `${report.subject}: left out: ${counted(count, 'more finding')} of ${rule}`,
        ),
      },
      associatedRule: { id: rule },
    })),
  );
  return {
    $schema: SCHEMA,
    version: '2.1.0' as const,
    runs: [
      {
        tool: { driver: { name: 'solutions', version, rules: ruleIds.map(descriptorOf) } },
        columnKind: 'utf16CodeUnits' as const,
        artifacts: artifacts.list,
        results,
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: omitted }],
      },
    ],
  };
}

interface Artifact {
  readonly location: { readonly uri: string };
  /** Of what it is nested in. */
  readonly parentIndex?: number;
}

interface Artifacts {
  readonly list: Artifact[];
  /** By the subject, and by the subject and the path in it. */
  readonly indexes: Map<string, number>;
}

function descriptorOf(id: (typeof ruleIds)[number]) {
  const { level, title, why, mend } = ruleText(id);
  return {
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: mend },
    defaultConfiguration: { level },
  };
}

function resultOf(finding: Finding, report: Report, artifacts: Artifacts) {
  const { rule, message, at, waiver } = finding;
  const { level, title } = ruleText(rule);
  const region = at?.line === undefined ? {} : { region: { startLine: at.line, ...columnOf(at) } };
  const artifactLocation = locationOf(report, at?.path, artifacts);
  return {
    ruleId: rule,
    ruleIndex: ruleIds.indexOf(rule),
    level,
    message: { text: printable(`${title}: ${message}`) },
    locations: [{ physicalLocation: { artifactLocation, ...region } }],
    ...(waiver === undefined
      ? {}
      : { suppressions: [{ kind: 'external' as const, justification: printable(waiver) }] }),
  };
}

function columnOf({ column }: NonNullable<Finding['at']>) {
  return column === undefined ? {} : { startColumn: column };
}

/**
 * What is in an image is nested in it (3.24.4): its location starts with a slash and names the image
 * by its index. What is in a folder is a file like any other.
 */
function locationOf({ subject, kind }: Report, path: string | undefined, artifacts: Artifacts) {
  if (path !== undefined && kind !== 'iso') {
    return { uri: uriOf(`${subject.replace(/\/+$/u, '')}/${path}`) };
  }
  const parentIndex = indexOf(artifacts, subject, { location: { uri: uriOf(subject) } });
  if (path === undefined) return { uri: uriOf(subject), index: parentIndex };
  const uri = `/${uriOf(path)}`;
  const index = indexOf(artifacts, `${subject}\0${path}`, { location: { uri }, parentIndex });
  return { uri, index };
}

function indexOf({ list, indexes }: Artifacts, key: string, artifact: Artifact): number {
  const known = indexes.get(key);
  if (known !== undefined) return known;
  indexes.set(key, list.length);
  return list.push(artifact) - 1;
}

/** A relative reference; a colon in its first part would make a scheme of it (RFC 3986 4.2). */
function uriOf(path: string): string {
  return (
    path
      // Half of a character has no UTF-8.
      .replaceAll(/\p{Cs}/gu, '\uFFFD')
      .split('/')
      .map((part) => encodeURIComponent(part))
      .join('/')
  );
}
