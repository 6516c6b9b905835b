import { fieldOf, textOf, textsOf, type Json } from '../kubernetes/value.ts';
import { compareText } from '../text-order.ts';
import { dataText } from './canonical.ts';
import type { Changes } from './change.ts';
import type { CrdRule } from './rules.ts';
import { isSet, keyword } from './schema.ts';
import { listed, shown } from './wording.ts';

/** Two versions of one thing. */
export interface Pair {
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** What changes between two `spec`s, but for their versions. */
export function definitionChanges({ before, after }: Pair, changes: Changes): void {
  const names = { before: keyword(before, 'names'), after: keyword(after, 'names') };
  const texts: readonly [CrdRule, string, string, string][] = [
    ['group-changed', 'spec.group', textAt(before, 'group'), textAt(after, 'group')],
    ['scope-changed', 'spec.scope', textAt(before, 'scope'), textAt(after, 'scope')],
    ['plural-changed', 'spec.names.plural', ...both(names, 'plural')],
    ['kind-changed', 'spec.names.kind', ...both(names, 'kind')],
    ['singular-changed', 'spec.names.singular', singularOf(names.before), singularOf(names.after)],
    ['list-kind-changed', 'spec.names.listKind', listKindOf(names.before), listKindOf(names.after)],
  ];
  for (const [rule, path, old, now] of texts) {
    if (old !== now) changes.add(rule, path, `was ${shown(old)}, is ${shown(now)}`);
  }
  setChanges({ pair: names, key: 'shortNames', rules: shortNames }, changes);
  setChanges({ pair: names, key: 'categories', rules: categories }, changes);
  pruningChanges({ before, after }, changes);
  conversionChanges(
    { before: keyword(before, 'conversion'), after: keyword(after, 'conversion') },
    changes,
  );
}

function textAt(map: Json | undefined, key: string): string {
  return textOf(fieldOf(map, key));
}

function both({ before, after }: Pair, key: string): [string, string] {
  return [textAt(before, key), textAt(after, key)];
}

/** The API server fills these two in (SetDefaults_CustomResourceDefinitionSpec). */
function singularOf(names: Json | undefined): string {
  return textAt(names, 'singular') || textAt(names, 'kind').toLowerCase();
}

function listKindOf(names: Json | undefined): string {
  return textAt(names, 'listKind') || `${textAt(names, 'kind')}List`;
}

const shortNames = { gone: 'short-names-removed', fresh: 'short-names-added' } as const;
const categories = { gone: 'categories-removed', fresh: 'categories-added' } as const;

interface NameSets {
  readonly pair: Pair;
  readonly key: string;
  readonly rules: { readonly gone: CrdRule; readonly fresh: CrdRule };
}

function setChanges({ pair, key, rules }: NameSets, changes: Changes): void {
  const [old, now] = [pair.before, pair.after].map(
    (names) => new Set(textsOf(fieldOf(names, key))),
  );
  if (!old || !now) return;
  const gone = [...old].filter((name) => !now.has(name)).toSorted(compareText);
  const fresh = [...now].filter((name) => !old.has(name)).toSorted(compareText);
  if (gone.length > 0) changes.add(rules.gone, `spec.names.${key}`, `without ${listed(gone)}`);
  if (fresh.length > 0) changes.add(rules.fresh, `spec.names.${key}`, `with ${listed(fresh)}`);
}

function pruningChanges({ before, after }: Pair, changes: Changes): void {
  const [was, is] = [before, after].map((spec) => isSet(spec, 'preserveUnknownFields'));
  const path = 'spec.preserveUnknownFields';
  if (was && !is) changes.add('pruning-on', path, 'was `true`, is `false`');
  if (is && !was) changes.add('pruning-off', path, 'was `false`, is `true`');
}

/** Whether a webhook converts; otherwise only `apiVersion` is rewritten. */
export function isWebhook(conversion: Json | undefined): boolean {
  return fieldOf(conversion, 'strategy') === 'Webhook';
}

function conversionChanges({ before, after }: Pair, changes: Changes): void {
  const [was, is] = [isWebhook(before), isWebhook(after)];
  const path = 'spec.conversion';
  if (is && !was) changes.add('conversion-webhook-added', path, `is ${webhookText(after)}`);
  else if (was && !is) {
    changes.add('conversion-webhook-removed', path, `was ${webhookText(before)}`);
  } else if (was && dataText(before ?? null) !== dataText(after ?? null)) {
    const [old, now] = [webhookText(before), webhookText(after)];
    const message = old === now ? `${now} is called in another way` : `was ${old}, is ${now}`;
    changes.add('conversion-webhook-changed', path, message);
  }
}

function webhookText(conversion: Json | undefined): string {
  const client = fieldOf(fieldOf(conversion, 'webhook'), 'clientConfig');
  const service = fieldOf(client, 'service');
  if (service === undefined) return `the webhook ${shown(textAt(client, 'url'))}`;
  const name = `${textAt(service, 'namespace')}/${textAt(service, 'name')}${textAt(service, 'path')}`;
  return `the webhook of the service ${shown(name)}`;
}
