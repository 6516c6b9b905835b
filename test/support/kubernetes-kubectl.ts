import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
} from '../../src/kubernetes/value.ts';

const options = { encoding: 'utf8', maxBuffer: 1 << 28, stdio: 'pipe' } as const;

/** The `value` fields of the objects in a file, as kubectl understands them. */
export function valuesByKubectl(file: string): Json[] {
  const args = ['label', '--local', '-o', 'json', '-f', '-', 'judged=true'];
  return printed(execFileSync('kubectl', args, { ...options, input: file }));
}

/** The `value` fields of the objects in a file, as kustomize (kyaml, goyaml v3) understands them. */
export function valuesByKustomize(file: string): Json[] {
  const folder = mkdtempSync(join(tmpdir(), 'kustomize-'));
  try {
    writeFileSync(join(folder, 'all.yaml'), file);
    writeFileSync(join(folder, 'kustomization.yaml'), 'resources: [all.yaml]\n');
    return valuesByKubectl(execFileSync('kubectl', ['kustomize', folder], { ...options }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An object that carries `value`, the `index`th of a file; kustomize sorts by name. */
export function carrier(value: Json, index: number): JsonObject {
  return {
    apiVersion: 'v1',
    kind: 'Carrier',
    metadata: { name: `carrier-${String(index).padStart(4, '0')}` },
    value,
  };
}

/** kubectl's JSON objects, one after the other, each from `{` to `}` in the first column. */
function printed(text: string): Json[] {
  const objects = text.split(/^(?=\{)/mu).filter((part) => part.trim() !== '');
  return objects.map((part) => canonical(exactly(part)['value'] ?? null));
}

const MARK = 'bigint:';

function exactly(json: string): JsonObject {
  const marked = json.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gu, (token) =>
    /^-?\d{16,}$/u.test(token) ? `"${MARK}${token}"` : token,
  );
  const value: unknown = JSON.parse(marked, (_, entry: unknown) =>
    typeof entry === 'string' && entry.startsWith(MARK) ? BigInt(entry.slice(MARK.length)) : entry,
  );
  if (!isObject(value)) throw new Error(`kubectl printed no object: ${json.slice(0, 80)}`);
  return value;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A value as Kubernetes keeps it: a whole number within 64 bits is an integer, whether it was
 * written as a float or not; any other is a float. Keys are in order.
 */
export function canonical(value: Json): Json {
  if (typeof value === 'number' || typeof value === 'bigint') return canonicalNumber(value);
  if (isJsonList(value)) return value.map(canonical);
  if (!isJsonObject(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, canonical(value[key] ?? null)]));
}

function canonicalNumber(value: number | bigint): number | bigint {
  const number = Number(value);
  if (!Number.isInteger(number) || Math.abs(number) > 2 ** 64) return number;
  // Go prints the fewest digits that tell a float, and zeros after them, as JavaScript does.
  const whole = BigInt(Math.abs(number) < 1e21 ? String(value) : value);
  if (whole >= 2n ** 63n || whole < -(2n ** 63n)) return number;
  return Number.isSafeInteger(number) ? Number(whole) : whole;
}
