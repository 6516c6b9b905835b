import { fieldOf, isJsonList, textOf, type Json, type JsonObject } from '../kubernetes/value.ts';
import { isThere, mapAt, type Container, type Path, type PodTemplate } from './pod-template.ts';
import { shown } from './shown.ts';

/** What is wrong with a Pod, as a sentence, and where. */
export interface Flaw {
  readonly message: string;
  /** In the object. */
  readonly path: Path;
  /** What else it would be said of is mended with it, in one place. */
  readonly cause?: string | undefined;
}

/** What is wrong with a value, as a predicate; nothing where it is right. */
type Judge = (value: Json | undefined) => string | undefined;

/** What `judge` says of `securityContext.<key>` in each container. */
export function inContainers({ containers }: PodTemplate, key: Path, judge: Judge): Flaw[] {
  return containers.flatMap((container) =>
    judged(container, containerName(container), { key, judge }),
  );
}

/** The same for the Pod's own and for each container's. */
export function inContexts(pod: PodTemplate, key: Path, judge: Judge): Flaw[] {
  const own = { value: pod.spec, path: pod.path };
  return [...judged(own, 'the Pod', { key, judge }), ...inContainers(pod, key, judge)];
}

function judged(
  holder: Pick<Container, 'value' | 'path'>,
  who: string,
  { key, judge }: { readonly key: Path; readonly judge: Judge },
): Flaw[] {
  const full = ['securityContext', ...key];
  const what = judge(mapAt(holder.value, full.slice(0, -1))[String(full.at(-1))]);
  return what === undefined ? [] : [{ message: `${who} ${what}`, path: [...holder.path, ...full] }];
}

/** The containers in which `key` is set neither in their own `securityContext` nor in the Pod's. */
export function unsetIn({ spec, containers }: PodTemplate, key: string, message: string): Flaw[] {
  const isUnset = (holder: JsonObject): boolean =>
    !isThere(mapAt(holder, ['securityContext'])[key]);
  if (!isUnset(spec)) return [];
  return containers
    .filter(({ value }) => isUnset(value))
    .map((container) => ({
      message: `${containerName(container)} ${message}`,
      path: [...container.path, 'securityContext'],
    }));
}

/** What `flaws` finds, but for Pods of Windows, which cannot have those settings. */
export function onLinux({ spec }: PodTemplate, flaws: () => Flaw[]): Flaw[] {
  return fieldOf(spec['os'], 'name') === 'windows' ? [] : flaws();
}

/** `the container "x"`, as it may be printed. */
export function containerName({ name, list }: Container): string {
  const kind = { initContainers: 'init container', containers: 'container' } as const;
  return `the ${list === 'ephemeralContainers' ? 'ephemeral container' : kind[list]} ${shown(name)}`;
}

/** Those of some texts that are not allowed, behind `what`; nothing where there are none. */
export function refused(
  what: string,
  texts: readonly string[],
  allowed: ReadonlySet<string>,
): string | undefined {
  const wrong = texts.filter((text) => !allowed.has(text));
  if (wrong.length === 0) return undefined;
  const more = wrong.length > MAX_SHOWN ? ` and ${wrong.length - MAX_SHOWN} more` : '';
  return `${what} ${wrong.slice(0, MAX_SHOWN).map(shown).join(', ')}${more}`;
}

/** Texts in one sentence. */
const MAX_SHOWN = 5;

/** The items of a list as text, for a comparison; what is none is a text that nothing allows. */
export function itemTexts(value: Json | undefined): string[] {
  return isJsonList(value) ? value.map(textOf) : [];
}
