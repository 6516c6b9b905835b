/** One way to authenticate that a registry offers. */
export interface Challenge {
  /** In lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** By name in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Longer headers are not of a registry; Node itself stops at 16 KiB of headers. */
const MAX_HEADER = 8192;

const token = String.raw`[!#$%&'*+.^_\x60|~0-9A-Za-z-]+`;
/** RFC 9110, 11.6.1: a parameter, its value a token or a quoted string. */
const parameter = new RegExp(
  String.raw`[\s,]*(${token})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(${token}))`,
  'uy',
);
/** A scheme is a token that no `=` follows. */
const scheme = new RegExp(String.raw`[\s,]*(${token})(?=\s|,|$)(?!\s*=)`, 'uy');

/**
 * The challenges in a `WWW-Authenticate` header (RFC 9110, 11.6.1), several in one header
 * included. What follows a mistake is left out.
 */
export function parseChallenges(header: string): Challenge[] {
  const text = header.slice(0, MAX_HEADER);
  const challenges: Challenge[] = [];
  let position = 0;
  while (position < text.length) {
    scheme.lastIndex = position;
    const [whole, name] = scheme.exec(text) ?? [];
    if (whole === undefined || name === undefined) break;
    const parameters = new Map<string, string>();
    position = readParameters(text, position + whole.length, parameters);
    challenges.push({ scheme: name.toLowerCase(), parameters });
  }
  return challenges;
}

function readParameters(text: string, start: number, into: Map<string, string>): number {
  let position = start;
  for (;;) {
    parameter.lastIndex = position;
    const [whole, name, quoted, bare] = parameter.exec(text) ?? [];
    if (whole === undefined || name === undefined) return position;
    const value = quoted === undefined ? (bare ?? '') : quoted.replaceAll(/\\(.)/gsu, '$1');
    into.set(name.toLowerCase(), value);
    position += whole.length;
  }
}
