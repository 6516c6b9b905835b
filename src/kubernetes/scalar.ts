/**
 * What the scalars of a Kubernetes file mean. kubectl reads YAML with sigs.k8s.io/yaml over
 * goyaml v2, whose rules are neither YAML 1.1 nor 1.2; each rule here is one of its resolve.go, or
 * of the Go function that it calls.
 */

/** A scalar and its type, which decides how a key and a tagged value read. */
export type Scalar =
  | { readonly type: 'null'; readonly value: null }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: number | bigint }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'text'; readonly value: string };

const TRUE: Scalar = { type: 'bool', value: true };
const FALSE: Scalar = { type: 'bool', value: false };
const NULL: Scalar = { type: 'null', value: null };

const words = new Map<string, Scalar>();
const spell = (scalar: Scalar, ...spellings: string[]): void => {
  for (const word of spellings) words.set(word, scalar);
};
spell(TRUE, 'y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON');
spell(FALSE, 'n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF');
spell(NULL, '', '~', 'null', 'Null', 'NULL');
spell({ type: 'float', value: Number.NaN }, '.nan', '.NaN', '.NAN');
spell({ type: 'float', value: Infinity }, '.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF');
spell({ type: 'float', value: -Infinity }, '-.inf', '-.Inf', '-.INF');

const LONGEST_WORD = 5;

/** What a plain scalar without a tag means. Timestamps and base 60 stay text, as in goyaml. */
export function resolvePlain(text: string): Scalar {
  const word = text.length <= LONGEST_WORD ? words.get(text) : undefined;
  return word ?? resolveNumber(text) ?? { type: 'text', value: text };
}

const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/u;
/** strconv.ParseFloat on text that starts with a point: an underscore stands between digits. */
const POINT_FLOAT = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+(?:_[0-9]+)*)?$/u;

function resolveNumber(text: string): Scalar | undefined {
  const first = text.charCodeAt(0);
  if (first === 0x2e) return POINT_FLOAT.test(text) ? float(text.replaceAll('_', '')) : undefined;
  if (first !== 0x2b && first !== 0x2d && !(first >= 0x30 && first <= 0x39)) return undefined;
  // goyaml takes out every underscore, also leading, doubled and trailing ones.
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  return integer(digits) ?? (FLOAT.test(digits) ? float(digits) : undefined);
}

/** A number over the range of a double stays text. */
function float(text: string): Scalar | undefined {
  const value = Number(text);
  return Number.isFinite(value) ? { type: 'float', value } : undefined;
}

/** strconv.ParseInt with base 0: `0x`, `0b`, `0o` and a bare `0` for octal. */
const INTEGER =
  /^(?<sign>[-+]?)(?:0[xX](?<hex>[0-9a-fA-F]+)|0[bB](?<bits>[01]+)|0[oO]?(?<octal>[0-7]+)|(?<decimal>0|[1-9][0-9]*))$/u;
/** What goyaml's own second look at `0b` lets through: a sign after the prefix. */
const SIGN_INSIDE = /^0b(?<sign>[-+])(?<bits>[01]+)$/u;

function integer(text: string): Scalar | undefined {
  const parts = (INTEGER.exec(text) ?? SIGN_INSIDE.exec(text))?.groups;
  if (!parts) return undefined;
  const { sign, hex, bits, octal, decimal } = parts;
  const negative = sign === '-';
  const short = decimal !== undefined && decimal.length <= 15;
  if (short) return { type: 'int', value: negative ? 0 - Number(decimal) : Number(decimal) };
  const size = unsigned([
    ['', decimal],
    ['0x', hex],
    ['0b', bits],
    ['0o', octal],
  ]);
  // Only a number without a sign is tried as an unsigned one.
  const most = sign === '' ? 2n ** 64n - 1n : 2n ** 63n - (negative ? 0n : 1n);
  if (size === undefined || size > most) return undefined;
  return { type: 'int', value: exact(negative ? -size : size) };
}

function unsigned(
  forms: readonly (readonly [prefix: string, digits: string | undefined])[],
): bigint | undefined {
  const [prefix = '', digits = ''] = forms.find(([, found]) => found !== undefined) ?? [];
  const bare = digits.replace(/^0+(?=.)/u, '');
  // 64 bits have at most 64 digits; BigInt() of megabytes of them takes minutes.
  return bare.length > 64 ? undefined : BigInt(prefix + bare);
}

/** A number where it is exact, else the bigint itself. */
function exact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Why a tagged scalar cannot be read. */
export interface ScalarMistake {
  readonly type: 'mistake';
  readonly message: string;
}

const YAML_TAG = 'tag:yaml.org,2002:';

/**
 * What a scalar with an explicit tag means: `tag` in full (`tag:yaml.org,2002:int`), or a local
 * one (`!`, `!foo`), which makes text of anything.
 */
export function resolveTagged(tag: string, text: string): Scalar | ScalarMistake {
  switch (tag) {
    case `${YAML_TAG}null`:
    case `${YAML_TAG}bool`:
    case `${YAML_TAG}int`:
    case `${YAML_TAG}float`:
    case `${YAML_TAG}timestamp`:
      return resolveAs(tag.slice(YAML_TAG.length), text);
    case `${YAML_TAG}binary`:
      return resolveBinary(text);
    default:
      return { type: 'text', value: text };
  }
}

function resolveAs(type: string, text: string): Scalar | ScalarMistake {
  const found = resolvePlain(text);
  if (found.type === type) return found;
  // An integer of 64 bits without a sign is no Go int: goyaml does not make a float of it.
  if (type === 'float' && found.type === 'int' && found.value < 2n ** 63n) {
    return { type: 'float', value: Number(found.value) };
  }
  if (type === 'timestamp' && found.type === 'text' && isTimestamp(text)) return found;
  return { type: 'mistake', message: `\`${text.slice(0, 40)}\` is no !!${type}` };
}

const TIMESTAMP =
  /^(?<year>\d{4})-(?<month>\d\d?)-(?<day>\d\d?)(?:[Tt]\d\d?:\d\d?:\d\d?(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)| \d\d?:\d\d?:\d\d?(?:\.\d+)?)?$/u;

function isTimestamp(text: string): boolean {
  const { year, month, day } = TIMESTAMP.exec(text)?.groups ?? {};
  if (year === undefined) return false;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

/**
 * Go would put U+FFFD for bytes that are no UTF-8 and lose them: refused instead.
 */
function resolveBinary(text: string): Scalar | ScalarMistake {
  const base64 = text.replaceAll(/[\r\n]/gu, '');
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/u.test(base64)) {
    return { type: 'mistake', message: 'a !!binary value is no base64' };
  }
  try {
    const bytes = Buffer.from(base64, 'base64');
    return {
      type: 'text',
      value: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    };
  } catch {
    return {
      type: 'mistake',
      message: 'a !!binary value is no UTF-8 text, and JSON has nothing else',
    };
  }
}

/** The text of a map key (convertToJSONableObject in sigs.k8s.io/yaml), or why it cannot be one. */
export function keyOf(scalar: Scalar): string | ScalarMistake {
  switch (scalar.type) {
    case 'text':
      return scalar.value;
    case 'null':
      return { type: 'mistake', message: 'a key is null' };
    case 'float':
      return floatKey(scalar.value);
    case 'int':
      return scalar.value < 2n ** 63n
        ? String(scalar.value)
        : { type: 'mistake', message: `the key ${scalar.value} is over 63 bits` };
    default:
      return String(scalar.value);
  }
}

/** strconv.FormatFloat(value, 'g', -1, 32): as few digits as a 32-bit float needs. */
function floatKey(value: number): string {
  const single = Math.fround(value);
  if (Number.isNaN(single)) return '.nan';
  if (!Number.isFinite(single)) return single > 0 ? '.inf' : '-.inf';
  if (single === 0) return Object.is(single, -0) ? '-0' : '0';
  let digits = 1;
  while (digits < 9 && Math.fround(Number(single.toPrecision(digits))) !== single) digits += 1;
  const [mantissa = '', power = ''] = single.toExponential(digits - 1).split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) {
    return String(Number(single.toPrecision(digits)));
  }
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
}
