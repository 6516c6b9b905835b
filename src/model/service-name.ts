import { hash } from 'node:crypto';
import { serviceNameMistake } from '../kubernetes/names.ts';

const MAX_NAME = 63;
const HASH = 8;

/**
 * The name of a Service, `<name>-<suffix>` where a Service may have it. One that starts with a digit
 * or is over 63 characters gets a letter in front, a cut and a hash.
 */
export function serviceName(name: string, suffix: string): string {
  const full = `${name}-${suffix}`;
  if (serviceNameMistake(full) === undefined) return full;
  const readable = /^[a-z]/u.test(name) ? name : `s-${name}`;
  const end = `-${hash('sha256', full, 'hex').slice(0, HASH)}-${suffix}`;
  return `${readable.slice(0, MAX_NAME - end.length)}${end}`;
}
