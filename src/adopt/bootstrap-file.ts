import { cidrMistake } from '../kubernetes/cidr.ts';
import {
  fieldOf,
  isJsonList,
  isJsonObject,
  textOf,
  type Json,
  type JsonObject,
} from '../kubernetes/value.ts';
import { list } from '../model/notices.ts';
import type { Found } from './found.ts';
import type { AdoptNotices } from './mistake.ts';

/** What a `bootstrap.yaml` of MetalK8s says of the cluster. CIDRs are checked. */
export interface BootstrapFile {
  /** Its name in messages. */
  readonly file: string;
  /** MetalK8s' own archives, ISO images or directories, each once: they are no Solutions. */
  readonly archives: readonly string[];
  readonly controlPlane: readonly string[];
  readonly workloadPlane: readonly string[];
  /** The minion id of the bootstrap node, which is the name of its Node. */
  readonly node: string | undefined;
}

const API_VERSIONS = ['metalk8s.scality.com/v1alpha2', 'metalk8s.scality.com/v1alpha3'];

/** What MetalK8s knows in its file; of most of it Solutions need nothing. */
const KNOWN: readonly string[] = [
  'apiVersion',
  'kind',
  'metadata',
  'addons',
  'archives',
  'ca',
  'debug',
  'kubernetes',
  'networks',
  'proxies',
  'salt',
];
const NETWORKS: readonly string[] = [
  'controlPlane',
  'workloadPlane',
  'pods',
  'services',
  'portmap',
  'nodeport',
];

/**
 * Reads a BootstrapConfiguration: v1alpha2, where a network is text, and v1alpha3, where it is a
 * map with `cidr`; either form is taken in both.
 *
 * @see https://github.com/scality/metalk8s/blob/HEAD/salt/_pillar/metalk8s.py
 */
export function bootstrapFile({ value, place }: Found, notices: AdoptNotices): BootstrapFile {
  const reading: Reading = { place, notices };
  if (!API_VERSIONS.includes(textOf(value['apiVersion']))) {
    lose(
      reading,
      `the BootstrapConfiguration has the apiVersion ${JSON.stringify(textOf(value['apiVersion']))}, not ${list(API_VERSIONS)}`,
      'it is read as the last of them: check platform.yaml',
    );
  }
  const networks = value['networks'];
  if (networks !== undefined && !isJsonObject(networks)) lose(reading, '`networks` is no map');
  nameUnknown(value, KNOWN, { ...reading, at: '' });
  if (isJsonObject(networks)) nameUnknown(networks, NETWORKS, { ...reading, at: 'networks.' });
  return {
    file: place?.file ?? 'bootstrap.yaml',
    archives: archivesIn(value['archives'], reading),
    controlPlane: cidrsIn(networks, 'controlPlane', reading),
    workloadPlane: cidrsIn(networks, 'workloadPlane', reading),
    node: textOf(fieldOf(value['ca'], 'minion')) || undefined,
  };
}

interface Reading {
  readonly place: Found['place'];
  readonly notices: AdoptNotices;
}

function lose({ place, notices }: Reading, message: string, hint?: string): void {
  notices.warn('not-understood', message, { place, ...(hint === undefined ? {} : { hint }) });
}

function nameUnknown(
  map: JsonObject,
  known: readonly string[],
  { at, ...reading }: Reading & { readonly at: string },
): void {
  for (const key of Object.keys(map)) {
    if (known.includes(key)) continue;
    lose(reading, `\`${at}${key}\` is no key of a BootstrapConfiguration: it is not taken over`);
  }
}

/** _load_iso_path: one path, or a list of them. */
function archivesIn(value: Json | undefined, reading: Reading): string[] {
  if (value === undefined || value === null) return [];
  const paths = isJsonList(value) ? value : [value];
  const texts = paths.filter((path) => typeof path === 'string');
  if (texts.length < paths.length) {
    lose(reading, '`archives` holds something that is no path', 'MetalK8s refuses that, too');
  }
  const unique = [...new Set(texts)];
  if (unique.length < texts.length) {
    const twice = texts.filter((path, index) => texts.indexOf(path) !== index);
    reading.notices.warn('archive-twice', `${list(twice)} is listed twice under \`archives\``, {
      place: reading.place,
      hint: 'it is an archive of MetalK8s, no Solution: nothing is imported from it',
    });
  }
  return unique;
}

/** _load_networks: text, `{cidr: text}` or `{cidr: [text]}`. */
function cidrsIn(networks: Json | undefined, name: string, reading: Reading): string[] {
  const network = fieldOf(networks, name);
  if (network === undefined || network === null) return [];
  const cidr = isJsonObject(network) ? network['cidr'] : network;
  return (isJsonList(cidr) ? cidr : [cidr]).flatMap((one) => {
    const text = textOf(one ?? undefined);
    const wrong = cidrMistake(text);
    if (wrong === undefined) return [text];
    lose(
      reading,
      `\`networks.${name}\` holds ${JSON.stringify(text)}, which ${wrong}: it is not taken over`,
      'write the network into platform.yaml yourself, under `spec.network`',
    );
    return [];
  });
}
