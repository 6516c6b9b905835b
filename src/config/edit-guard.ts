import type { Place } from '../errors.ts';
import type { AliasNode, Node } from '../kubernetes/node.ts';
import type { Editing } from './edit-value.ts';
import { mistake } from './mistake.ts';

/** What keeps an edit of one value from changing another: aliases show a value in several places. */
export type Guard = Pick<Editing, 'onChange' | 'onRemoval'>;

/** The guard of the document below `root`. */
export function guardOf(root: Node, place: (at: number) => Place): Guard {
  const aliases = new Map<string, AliasNode[]>();
  walk(root, (node) => {
    if (node.kind !== 'alias') return;
    const same = aliases.get(node.name) ?? [];
    same.push(node);
    aliases.set(node.name, same);
  });
  const refuse = (node: Node, isInside: (alias: AliasNode) => boolean) => {
    if (node.kind === 'alias' || node.anchor === undefined) return;
    const alias = aliases.get(node.anchor)?.find((one) => !isInside(one));
    if (alias)
      throw shared(
        place(node.at),
        `the alias \`*${alias.name}\` in line ${place(alias.at).line ?? 0} repeats it`,
      );
  };
  return {
    onChange(node) {
      if (node.kind === 'alias') {
        throw shared(place(node.at), `\`*${node.name}\` repeats what stands elsewhere`);
      }
      refuse(node, () => false);
    },
    onRemoval(removed) {
      if (aliases.size === 0) return;
      const isInside = ({ at }: AliasNode) => at >= removed.at && at < removed.end;
      walk(removed, (node) => refuse(node, isInside));
    },
  };
}

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  const below = node.kind === 'map' ? node.entries.flat() : node.kind === 'list' ? node.items : [];
  for (const one of below) walk(one, visit);
}

function shared(place: Place, reason: string) {
  return mistake('edit-shared', `this is to change, but ${reason}`, {
    place,
    hint: 'write the value out in each place, then run it again',
  });
}
