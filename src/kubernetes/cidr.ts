import { isIPv4, isIPv6 } from 'node:net';

/** The form of a CIDR, the ranges of its numbers apart. */
export const CIDR_FORM =
  /^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:]*)\/[0-9]{1,3}$/u;

/**
 * Why `text` is no CIDR of an `ipBlock`, as the end of a sentence about it, or nothing where it is
 * one. Bits behind the prefix are refused, as newer API servers do (IsValidCIDR).
 *
 * @see https://github.com/kubernetes/kubernetes/blob/v1.34.0/staging/src/k8s.io/apimachinery/pkg/util/validation/ip.go
 */
export function cidrMistake(text: string): string | undefined {
  const [address = '', length = ''] = text.split('/');
  const groups = CIDR_FORM.test(text) ? groupsOf(address) : undefined;
  if (!groups) return 'must be a CIDR such as 10.1.2.0/24, 10.1.2.3/32 or fd00::/64';
  const most = groups.bits * groups.values.length;
  const prefix = Number(length);
  if (prefix > most || String(prefix) !== length) return `must have a prefix from 0 to ${most}`;
  const bits = groups.values.map((value) => value.toString(2).padStart(groups.bits, '0')).join('');
  return bits.includes('1', prefix)
    ? `must have no bits set behind its prefix of ${prefix}`
    : undefined;
}

interface Groups {
  readonly bits: number;
  readonly values: readonly number[];
}

function groupsOf(address: string): Groups | undefined {
  if (isIPv4(address)) return { bits: 8, values: address.split('.').map(Number) };
  if (!isIPv6(address)) return undefined;
  const [head = [], tail] = address
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))));
  const zeros = tail ? 8 - head.length - tail.length : 0;
  return { bits: 16, values: [...head, ...Array<number>(zeros).fill(0), ...(tail ?? [])] };
}
