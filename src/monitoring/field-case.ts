import type { Path, YamlDocument } from '../config/yaml.ts';

/**
 * The fields of rules and of what is around them. Shipped archives write `Expr` and `Labels`: who made
 * objects of them before decoded JSON as Go does, which takes letters of either case.
 */
const FIELDS = new Set([
  'groups',
  'name',
  'interval',
  'limit',
  'partial_response_strategy',
  'rules',
  'alert',
  'record',
  'expr',
  'for',
  'keep_firing_for',
  'labels',
  'annotations',
]);

/** How deep the fields are: of the file, of a group, of a rule; what is deeper are names. */
const FIELD_STEPS = new Set([0, 2, 4]);

/** The path as the schema has it. */
export function withKnownCase(path: Path): Path {
  return path.map((step, depth) =>
    typeof step === 'string' && FIELD_STEPS.has(depth) ? fieldOf(step) : step,
  );
}

function fieldOf(key: string): string {
  const lower = key.toLowerCase();
  return FIELDS.has(lower) ? lower : key;
}

/** A file of rules whose fields are in lower case, and where each of them stands in it. */
export function lowerCased({ value, placeOf }: Pick<YamlDocument, 'value' | 'placeOf'>) {
  return {
    value: renamed(value, 0),
    placeOf: (path: Path) => placeOf(asWritten(value, path)),
  };
}

/** A field that is there in both cases keeps its own: it is reported as unknown. */
function renamed(value: unknown, depth: number): unknown {
  if (depth > Math.max(...FIELD_STEPS)) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => renamed(item, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, entry]) => {
      const name = Object.hasOwn(value, fieldOf(key)) ? key : fieldOf(key);
      return [name, renamed(entry, depth + 1)];
    }),
  );
}

function asWritten(root: unknown, path: Path): Path {
  let holder = root;
  return path.map((step) => {
    const key = keyIn(holder, step);
    holder = typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined;
    return key;
  });
}

function keyIn(holder: unknown, step: string | number): string | number {
  if (typeof holder !== 'object' || holder === null || typeof step === 'number') return step;
  if (Object.hasOwn(holder, step)) return step;
  return Object.keys(holder).find((key) => fieldOf(key) === step) ?? step;
}
