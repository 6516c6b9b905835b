import type { Platform } from '../config/platform.ts';
import { didYouMean } from '../config/spelling.ts';
import { MAX_FILLED, type Filling, type Input } from '../monitoring/inputs.ts';
import { list, type Notices } from './notices.ts';
import type { Placed } from './placement.ts';

/** A Solution in a Namespace, and what it is told there. */
export interface InputContext {
  readonly placed: Placed;
  readonly namespace: string;
  readonly platform: Platform;
  readonly notices: Notices;
  /** Inputs without a value, by name, and the first file that asks for each. */
  readonly missing: Map<string, Missing>;
}

interface Missing {
  readonly file: string;
  /** The plugin of the data source that is wanted. */
  readonly plugin: string | undefined;
}

/** A dashboard or a file of alerts. */
interface File {
  readonly inputs: readonly Input[];
  readonly place: { readonly file: string };
}

/** The input that is the Namespace, whatever the vendor's own is called. */
const NAMESPACE = 'namespace';

/**
 * What the inputs of a file become: what environments.yaml says, the Namespace, the data source of the
 * cluster, the vendor's own value. An input without any is noted.
 */
export function fillingOf({ inputs, place }: File, context: InputContext): Filling {
  const values = new Map<string, string>();
  for (const input of inputs) {
    const value = valueOf(input, context);
    if (value !== undefined) values.set(input.name, value);
    else if (!context.missing.has(input.name)) {
      context.missing.set(input.name, { file: place.file, plugin: input.plugin });
    }
  }
  return { values, room: MAX_FILLED };
}

function valueOf(input: Input, { placed, namespace, platform }: InputContext): string | undefined {
  const given = new Map(Object.entries(placed.settings.monitoring?.inputs ?? {}));
  const { datasource } = platform.monitoring.grafana;
  return given.get(input.name) ?? ownValue(input, { namespace, datasource });
}

/** What an input becomes where environments.yaml says nothing of it; undefined where it must. */
export function ownValue(
  { name, plugin, value }: Input,
  { namespace, datasource }: { readonly namespace: string; readonly datasource: string },
): string | undefined {
  if (plugin === undefined) return name === NAMESPACE ? namespace : value;
  return plugin === 'prometheus' ? datasource : value;
}

/** More of them make no line that anybody copies. */
const MAX_SHOWN = 10;

/** One error for all inputs of a Solution that nobody gives a value: they have one place to be given. */
export function refuseMissing({ placed, missing, notices }: InputContext): void {
  if (missing.size === 0) return;
  const all = [...missing];
  const what = all.map(([name, { file }]) => `\`${name}\` of ${file}`);
  const lines = all.slice(0, MAX_SHOWN).map(([name, { plugin }]) => {
    const key = /^[A-Za-z_][\w-]*$/u.test(name) ? name : JSON.stringify(name);
    return `${key}: <${plugin === undefined ? 'its value' : `the uid of a data source of ${plugin}`}>`;
  });
  notices.error(
    'input-missing',
    `nobody says what the ${all.length === 1 ? 'input' : 'inputs'} ${list(what)} ${all.length === 1 ? 'is' : 'are'}`,
    {
      place: placed.settings.place,
      hint: `add to this Solution: \`monitoring: {inputs: {${lines.join(', ')}}}\`${all.length > MAX_SHOWN ? ' and so on' : ''}`,
    },
  );
}

/** What environments.yaml tells a Solution that does not ask. */
export function refuseUnknownInputs({ archive, settings }: Placed, notices: Notices): void {
  const { dashboards, alerts } = archive.monitoring;
  const files: readonly File[] = [...dashboards, ...alerts].map(({ value }) => value);
  const known = new Set(files.flatMap(({ inputs }) => inputs.map(({ name }) => name)));
  for (const name of Object.keys(settings.monitoring?.inputs ?? {})) {
    if (known.has(name)) continue;
    const names = [...known];
    notices.error('unknown-input', `${archive.id} has no input \`${name}\``, {
      place: settings.place,
      hint:
        didYouMean(name, names) ??
        (names.length > 0
          ? `its dashboards and alerts ask for ${list(names)}`
          : 'its dashboards and alerts ask for none: remove it'),
    });
  }
}
