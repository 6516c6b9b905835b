import * as z from 'zod';
import { refuseRepeated } from '../config/fields.ts';
import { inputName, inputValue } from '../config/monitoring-input.ts';

/** The data source that Grafana calculates expressions with; nobody chooses another. */
const EXPRESSIONS = '__expr__';

const input = z.looseObject({
  name: inputName,
  type: z.enum(['constant', 'config', 'datasource']),
  pluginId: z.string().nullish(),
  value: inputValue.nullish(),
});

/** `__inputs` of a dashboard, `x-inputs` of a file of alerts. */
export const inputsSchema = z
  .array(input)
  .superRefine(refuseRepeated(({ name }: { readonly name: string }) => name, ['name']));

/** What a dashboard or a file of alerts wants to be told. */
export interface Input {
  readonly name: string;
  /** The plugin of the data source whose uid is wanted; undefined where it is a text. */
  readonly plugin: string | undefined;
  /** What counts where nobody says anything. */
  readonly value: string | undefined;
}

/** The inputs that a file declares, in its order. */
export function toInputs(list: z.output<typeof inputsSchema> | null | undefined): Input[] {
  return (list ?? []).map(({ name, type, pluginId, value }) => ({
    name,
    plugin: type === 'datasource' ? (pluginId ?? 'prometheus') : undefined,
    value: pluginId === EXPRESSIONS ? EXPRESSIONS : (value ?? undefined),
  }));
}

/** What the placeholders of one file become. */
export interface Filling {
  readonly values: ReadonlyMap<string, string>;
  /** Characters that may still be filled in; below 0 what was made is not whole. */
  room: number;
}

/** Characters of one file once it is filled in: no ConfigMap holds more. */
export const MAX_FILLED = 1 << 20;

/** Braces inside are no name: of `${${a}}` the inner one is a placeholder. */
const PLACEHOLDER = /\$\{([^${}]+)\}/gu;

/**
 * Replaces `${name}` where `name` is an input, once: what it becomes is not looked at again. Any
 * other `$` is Grafana's or Prometheus' own.
 *
 * @see https://github.com/grafana/grafana/blob/HEAD/pkg/services/dashboardimport/utils/dash_template_evaluator.go
 */
export function fill(text: string, filling: Filling): string {
  if (!text.includes('${')) return text;
  return text.replaceAll(PLACEHOLDER, (whole, name: string) => {
    const value = filling.values.get(name);
    if (value === undefined) return whole;
    filling.room -= value.length;
    return filling.room < 0 ? '' : value;
  });
}
