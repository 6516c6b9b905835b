import { hash } from 'node:crypto';
import type { Platform } from '../config/platform.ts';
import type { Archive } from '../metadata/archive.ts';
import { placeText, type Place } from '../errors.ts';
import type { Notices } from './notices.ts';
import { imageOf, pinned, runUnder, usersOf } from './operator-image.ts';
import type { Placed, WantedNamespace } from './placement.ts';
import { serviceName } from './service-name.ts';
import type { Ui, UiAddress } from './state.ts';

interface Context {
  readonly platform: Platform;
  readonly notices: Notices;
}

/** The UIs of the Solutions in a Namespace. */
export type UisOf = (namespace: WantedNamespace) => Ui[];

/**
 * Finds the UIs of each Namespace: which image runs as whom, and where people reach it. No two of
 * them have one address.
 */
export function solutionUis(namespaces: readonly WantedNamespace[], context: Context): UisOf {
  const several = sharedUis(namespaces);
  const first = new Map<string, Placed>();
  return (namespace) =>
    namespace.placed.flatMap((placed) => {
      const isShared = several.has(keyOf(placed, namespace));
      if (isShared) warnShared(placed, namespace, context);
      const address = addressOf(placed, { namespace, isShared }, context.platform);
      const ui = uiOf(placed, { namespace, address }, context);
      if (ui.length > 0) refuseTaken(placed, { address, first }, context.notices);
      return ui;
    });
}

/** What is at one path as long as one Namespace of the Environment has it. */
function keyOf({ solution }: Placed, { environment }: WantedNamespace): string {
  return `${environment.name}/${solution.name}`;
}

function sharedUis(namespaces: readonly WantedNamespace[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const several = new Set<string>();
  for (const namespace of namespaces) {
    for (const placed of namespace.placed) {
      if (!placed.archive.product.ui) continue;
      const key = keyOf(placed, namespace);
      if (seen.has(key)) several.add(key);
      seen.add(key);
    }
  }
  return several;
}

/** With a host each there is no path to share. */
function warnShared(
  placed: Placed,
  { environment }: WantedNamespace,
  { platform, notices }: Context,
): void {
  if (platform.ingress.domain !== undefined || !placed.archive.product.ui) return;
  const path = `/env/${environment.name}/${placed.solution.name}`;
  notices.warn(
    'ui-paths',
    `the UI of \`${placed.solution.name}\` is in several Namespaces of the Environment \`${environment.name}\`: each is at ${path}/<namespace>`,
    { place: placed.settings.place, hint: `nothing to do; there is none at ${path} itself` },
  );
}

/**
 * The path that MetalK8s had, below it the Namespace where there are several; or a host for each UI:
 * one label in front of the domain, which a certificate for `*.<domain>` covers.
 */
function addressOf(
  { solution }: Placed,
  { namespace, isShared }: { readonly namespace: WantedNamespace; readonly isShared: boolean },
  { ingress: { host, domain } }: Platform,
): UiAddress {
  if (domain !== undefined) {
    return { host: `${hostLabel(`${solution.name}-${namespace.name}`)}.${domain}`, path: '/' };
  }
  const path = `/env/${namespace.environment.name}/${solution.name}`;
  return { host, path: isShared ? `${path}/${namespace.name}` : path };
}

const MAX_LABEL = 63;
const HASH = 8;

function hostLabel(text: string): string {
  if (text.length <= MAX_LABEL) return text;
  const short = hash('sha256', text, 'hex').slice(0, HASH);
  return `${text.slice(0, MAX_LABEL - HASH - 1)}-${short}`;
}

/** `a-b` in `c` and `a` in `b-c` have one label. */
function refuseTaken(
  placed: Placed,
  { address, first }: { readonly address: UiAddress; readonly first: Map<string, Placed> },
  notices: Notices,
): void {
  const key = `${address.host ?? ''}${address.path}`;
  const other = first.get(key);
  if (!other) {
    first.set(key, placed);
    return;
  }
  notices.error(
    'ui-address',
    `the UIs of ${other.archive.id} and ${placed.archive.id} would both be at ${key}`,
    {
      place: placed.settings.place,
      hint: `the other is at ${placeText(other.settings.place)}: rename a Namespace, or use one \`ingress.host\` with a path for each UI`,
    },
  );
}

function uiOf(
  { archive, solution, settings }: Placed,
  { namespace, address }: { readonly namespace: WantedNamespace; readonly address: UiAddress },
  { platform, notices }: Context,
): Ui[] {
  const { place } = settings;
  const wanted = archive.product.ui?.image;
  if (!wanted) {
    if (settings.ui && archive.product.operator) warnIgnored(archive, { place, notices });
    return [];
  }
  const record = imageOf(archive, wanted);
  if (record?.kind !== 'image') {
    warnNoImage(archive, `${wanted.name}:${wanted.tag}`, { place, notices });
    return [];
  }
  const profile = settings.ui?.hardening ?? settings.hardening ?? namespace.profile;
  const run = runUnder(profile, usersOf(record), {
    runAsUser: settings.ui?.runAsUser,
    holder: '`ui` of this Solution',
  });
  if (!run.can) {
    notices.error('ui-cannot-run', `the UI of ${archive.id} cannot run: ${run.why}`, {
      place,
      hint: run.hint,
    });
    return [];
  }
  return [
    {
      name: `${solution.name}-ui`,
      service: serviceName(solution.name, 'ui'),
      solution,
      archive,
      settings,
      image: pinned(platform, archive, record),
      profile,
      runAsUser: run.runAsUser,
      address,
    },
  ];
}

interface Report {
  readonly place: Place;
  readonly notices: Notices;
}

/** Without an Operator, too, all settings that have no effect are named together. */
function warnIgnored({ id }: Archive, { place, notices }: Report): void {
  notices.warn('ignored-setting', `\`ui\` of ${id} has no effect: it has no UI`, {
    place,
    hint: 'remove it',
  });
}

function warnNoImage({ id }: Archive, image: string, { place, notices }: Report): void {
  notices.warn('ui-image', `the UI of ${id}, ${image}, is no container image`, {
    place,
    hint: 'no UI is rendered: the vendor must correct `spec.ui.image`',
  });
}
