import { dnsLabelMistake, envNameMistake, portNameMistake } from './names.ts';
import { isJsonObject, type Json, type JsonObject } from './value.ts';

type NameRule = (name: string) => string | undefined;

/**
 * What the API server would refuse in a Pod's spec although it fits its schema (ValidatePodSpec):
 * names of containers, ports, variables and volumes, and mounts of volumes that are not there.
 */
export function podMistakes(spec: JsonObject, path: string): string[] {
  const volumes = maps(spec['volumes']);
  const inits = maps(spec['initContainers']);
  const containers = maps(spec['containers']);
  const known = new Set(volumes.map(({ name }) => name));
  return [
    ...nameMistakes(volumes, `${path}.volumes`, dnsLabelMistake),
    ...nameMistakes([...inits, ...containers], `${path}.containers`, dnsLabelMistake),
    ...inits.flatMap((one, index) =>
      containerMistakes(one, `${path}.initContainers[${index}]`, known),
    ),
    ...containers.flatMap((one, index) =>
      containerMistakes(one, `${path}.containers[${index}]`, known),
    ),
    ...(containers.length === 0 ? [`${path}.containers must not be empty`] : []),
  ];
}

function containerMistakes(
  container: JsonObject,
  path: string,
  volumes: ReadonlySet<Json | undefined>,
): string[] {
  const mounts = maps(container['volumeMounts']);
  const ports = maps(container['ports']);
  return [
    // A variable may be set twice, the last one counts.
    ...maps(container['env']).flatMap(({ name }) => ruled(name, `${path}.env`, envNameMistake)),
    ...nameMistakes(
      ports.filter(({ name }) => name !== undefined),
      `${path}.ports`,
      portNameMistake,
    ),
    ...ports.flatMap((port) => numberMistakes(port['containerPort'], `${path}.ports`)),
    ...mounts
      .filter(({ name }) => !volumes.has(name))
      .map(({ name }) => `${path}.volumeMounts: no volume is named ${shown(name)}`),
    ...twice(mounts.map(({ mountPath }) => mountPath)).map(
      (mountPath) => `${path}.volumeMounts: ${shown(mountPath)} is mounted twice`,
    ),
  ];
}

function numberMistakes(port: Json | undefined, path: string): string[] {
  const fits = typeof port === 'number' && Number.isInteger(port) && port >= 1 && port <= 65_535;
  return fits ? [] : [`${path}: a port is a number from 1 to 65535`];
}

/** Names that break their rule or stand twice. */
function nameMistakes(items: readonly JsonObject[], path: string, rule: NameRule): string[] {
  const names = items.map(({ name }) => name);
  return [
    ...names.flatMap((name) => ruled(name, path, rule)),
    ...twice(names).map((name) => `${path}: the name ${shown(name)} stands there twice`),
  ];
}

function ruled(name: Json | undefined, path: string, rule: NameRule): string[] {
  const mistake = typeof name === 'string' ? rule(name) : 'must be text';
  return mistake === undefined ? [] : [`${path}: the name ${shown(name)} ${mistake}`];
}

function twice(values: readonly (Json | undefined)[]): (Json | undefined)[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function shown(name: Json | undefined): string {
  return typeof name === 'string' ? JSON.stringify(name) : 'of an item';
}

function maps(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json) => isJsonObject(item)) : [];
}
