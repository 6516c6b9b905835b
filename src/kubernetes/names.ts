/**
 * The rules of Kubernetes names. Each function gives the reason why a text breaks its rule, as the
 * end of a sentence about it, or nothing where it does not. Sources: k8s.io/apimachinery
 * `pkg/util/validation/validation.go` and k8s.io/kubernetes `pkg/apis/core/validation`.
 */

const DNS_LABEL_MAX = 63;
const DNS_SUBDOMAIN_MAX = 253;
const LABEL_MAX = 63;
const PORT_NAME_MAX = 15;

/** Bytes of all keys and values of a ConfigMap or Secret (`MaxSecretSize`). */
export const CONFIG_MAX_BYTES = 1 << 20;
/** Bytes of all annotation keys and values of an object (`TotalAnnotationSizeLimitB`). */
export const ANNOTATIONS_MAX_BYTES = 256 * 1024;

/** The form of an RFC 1123 label, its length apart. */
export const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/u;
/** The form of an RFC 1123 subdomain, its length apart. */
export const DNS_SUBDOMAIN =
  /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/u;
/** The form of a label's value that is not empty, its length apart. */
export const LABEL_TEXT = /^[A-Za-z0-9](?:[-_.A-Za-z0-9]*[A-Za-z0-9])?$/u;

function tooLong(text: string, most: number): string | undefined {
  return text.length > most
    ? `has ${text.length} characters, at most ${most} are allowed`
    : undefined;
}

/** RFC 1123 label (IsDNS1123Label): names of Namespaces, containers, volumes. */
export function dnsLabelMistake(text: string): string | undefined {
  if (text === '') return 'is empty';
  return (
    tooLong(text, DNS_LABEL_MAX) ??
    (DNS_LABEL.test(text)
      ? undefined
      : 'must be lower-case letters, digits and `-`, with a letter or digit at both ends')
  );
}

/** RFC 1035 label (IsDNS1035Label): names of Services start with a letter. */
export function serviceNameMistake(text: string): string | undefined {
  return dnsLabelMistake(text) ?? (/^[a-z]/u.test(text) ? undefined : 'must start with a letter');
}

/** RFC 1123 subdomain (IsDNS1123Subdomain): the names of most objects. */
export function dnsSubdomainMistake(text: string): string | undefined {
  if (text === '') return 'is empty';
  return (
    tooLong(text, DNS_SUBDOMAIN_MAX) ??
    (DNS_SUBDOMAIN.test(text)
      ? undefined
      : 'must be lower-case letters, digits, `-` and `.`, with a letter or digit at both ends of each part')
  );
}

/** The name of a Job: a subdomain that its Pods carry as a label's value. */
export function jobNameMistake(text: string): string | undefined {
  return dnsSubdomainMistake(text) ?? labelValueMistake(text);
}

/** A label's value (IsValidLabelValue); it may be empty. */
export function labelValueMistake(text: string): string | undefined {
  if (text === '') return undefined;
  return (
    tooLong(text, LABEL_MAX) ??
    (LABEL_TEXT.test(text)
      ? undefined
      : 'must be letters, digits, `-`, `_` and `.`, with a letter or digit at both ends')
  );
}

/** A qualified name (IsQualifiedName): the keys of labels, annotations and node selectors. */
export function labelKeyMistake(text: string): string | undefined {
  const slash = text.indexOf('/');
  if (slash !== text.lastIndexOf('/')) return 'must have one `/` at most';
  if (slash >= 0) {
    const mistake = dnsSubdomainMistake(text.slice(0, slash));
    if (mistake !== undefined) return `has a part before its \`/\` that ${mistake}`;
  }
  const name = text.slice(slash + 1);
  return name === '' ? 'has no name' : labelValueMistake(name);
}

/**
 * The key of an annotation: a qualified name, but for the case of its letters
 * (ValidateAnnotations lower-cases it first).
 */
export function annotationKeyMistake(text: string): string | undefined {
  return labelKeyMistake(text.toLowerCase());
}

/** A key of a ConfigMap or Secret (IsConfigMapKey). */
export function configKeyMistake(text: string): string | undefined {
  if (text === '') return 'is empty';
  const long = tooLong(text, DNS_SUBDOMAIN_MAX);
  if (long !== undefined) return long;
  if (!/^[-._a-zA-Z0-9]+$/u.test(text)) return 'must be letters, digits, `-`, `_` and `.`';
  return text === '.' || text.startsWith('..') ? 'must not be `.` nor start with `..`' : undefined;
}

/**
 * The name of an environment variable (IsEnvVarName), as Kubernetes before 1.30 has it; later ones
 * take any printable text without `=`.
 */
export function envNameMistake(text: string): string | undefined {
  if (!/^[-._a-zA-Z][-._a-zA-Z0-9]*$/u.test(text)) {
    return 'must be letters, digits, `-`, `_` and `.`, without a digit in front';
  }
  return text === '.' || text.startsWith('..') ? 'must not be `.` nor start with `..`' : undefined;
}

/** The name of a port of a container or Service (IsValidPortName). */
export function portNameMistake(text: string): string | undefined {
  return (
    tooLong(text, PORT_NAME_MAX) ??
    (/^[a-z0-9]+(?:-[a-z0-9]+)*$/u.test(text) && /[a-z]/u.test(text)
      ? undefined
      : 'must be lower-case letters, digits and single `-` between them, with a letter')
  );
}

/** A segment of an API path (IsValidPathSegmentName): the names of Roles and their bindings. */
export function pathSegmentMistake(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text === '.' || text === '..') return 'must not be `.` or `..`';
  return /[/%]/u.test(text) ? 'must not contain `/` or `%`' : undefined;
}

/**
 * A text made into a label's value: what is not allowed becomes `_`, cut to 63 characters, with a
 * letter or digit at both ends. Empty where the text has neither.
 */
export function labelValue(text: string): string {
  const allowed = text.replaceAll(/[^A-Za-z0-9._-]/gu, '_').replace(/^[._-]+/u, '');
  return trimEnd(allowed.slice(0, LABEL_MAX));
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && '._-'.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}
