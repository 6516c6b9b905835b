import type { Cursor } from './cursor.ts';
import type { AliasNode, ScalarNode } from './node.ts';

/** What stands before a node: `&anchor` and `!tag`, in either order. */
export interface Properties {
  readonly anchor: string | undefined;
  readonly tag: string | undefined;
}

/** Reads the properties that stand here, or nothing where there are none. */
export function readProperties(cursor: Cursor): Properties | undefined {
  let anchor: string | undefined;
  let tag: string | undefined;
  for (;;) {
    const first = cursor.text.charAt(cursor.pos);
    if (first === '&' && anchor === undefined) anchor = readName(cursor);
    else if (first === '!' && tag === undefined) tag = readTag(cursor);
    else break;
    while (cursor.text.charAt(cursor.pos) === ' ' || cursor.text.charAt(cursor.pos) === '\t')
      cursor.pos += 1;
  }
  return anchor === undefined && tag === undefined ? undefined : { anchor, tag };
}

/** Reads `*name`. */
export function readAlias(cursor: Cursor, properties: Properties | undefined): AliasNode {
  if (properties) cursor.fail('an alias has neither an anchor nor a tag');
  cursor.count();
  const at = cursor.offset();
  const name = readName(cursor);
  return { kind: 'alias', at, end: cursor.offset(), name };
}

/** goyaml's names; what may follow one at once is a blank or an indicator. */
const NAME = /[&*](?<name>[0-9A-Za-z_-]+)(?=[\s?:,\]}%@`]|$)/uy;

function readName(cursor: Cursor): string {
  NAME.lastIndex = cursor.pos;
  const name = NAME.exec(cursor.text)?.groups?.['name'];
  if (name === undefined) {
    return cursor.fail('a name of letters, digits, `-` and `_` was expected here', {
      hint: 'quote text that starts with `&` or `*`',
    });
  }
  cursor.pos += 1 + name.length;
  return name;
}

const TAG = /!(?:<(?<verbatim>[^\s<>]+)>|(?<core>!)?(?<suffix>[^\s,[\]{}!]*))(?=[\s,[\]{}]|$)/uy;

function readTag(cursor: Cursor): string {
  TAG.lastIndex = cursor.pos;
  const match = TAG.exec(cursor.text);
  const { verbatim, core, suffix = '' } = match?.groups ?? {};
  if (!match || (core !== undefined && suffix === '')) {
    return cursor.fail('this tag is not known', {
      hint: 'quote text that starts with `!`',
    });
  }
  cursor.pos += match[0].length;
  if (verbatim !== undefined) return verbatim;
  return core === undefined ? `!${suffix}` : `tag:yaml.org,2002:${suffix}`;
}

/** A value that is not there: null, or what its tag makes of empty text. */
export function absent(cursor: Cursor, properties?: Properties): ScalarNode {
  cursor.count();
  const { tag, anchor } = properties ?? {};
  const [at, end] = [cursor.offset(), cursor.offset(cursor.behind)];
  return { kind: 'scalar', at, end, text: '', plain: true, tag, anchor };
}
