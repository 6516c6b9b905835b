import type { ImageName } from '../archive/components.ts';
import type { ImageRecord } from '../archive/images.ts';
import type { Platform } from '../config/platform.ts';
import type { Archive } from '../metadata/archive.ts';
import type { Profile } from './state.ts';

/** `<registry>[/<base>]/<id>`: where the images of an archive are. */
export function repositoryOf(platform: Platform, archive: Archive): string {
  return `${platform.registry.prefix}/${archive.id}`;
}

/** An image of an archive by tag and digest: `<registry>[/<base>]/<id>/<name>:<tag>@sha256:<hex>`. */
export function pinned(platform: Platform, archive: Archive, record: ImageRecord): string {
  return `${repositoryOf(platform, archive)}/${record.name}:${record.tag}@${record.digest}`;
}

/** The record of an image that the product manifest names. */
export function imageOf(archive: Archive, wanted: ImageName): ImageRecord | undefined {
  return archive.record.images.find(({ name, tag }) => name === wanted.name && tag === wanted.tag);
}

/**
 * The `User` of an image's config: of each of its architectures, where it is an index. What else
 * an index holds (attestations, signatures) does not run.
 */
export function usersOf({ user, children }: ImageRecord): string[] {
  if (!children) return [user ?? ''];
  return children.filter(({ kind }) => kind === 'image').map((child) => child.user ?? '');
}

/** Whether an image can run under a profile, and as whom. */
export type Run =
  | { readonly can: true; readonly runAsUser: number | undefined }
  | { readonly can: false; readonly why: string; readonly hint: string };

/** What environments.yaml says of the user. */
export interface RunSettings {
  readonly runAsUser: number | undefined;
  /** What can have `runAsUser` and `hardening`, in people's words: `this Solution`. */
  readonly holder: string;
}

/**
 * What the user of an image's config means for a profile: `users` has one an architecture.
 *
 * The kubelet compares `runAsNonRoot` with a numeric user only, so a name needs a uid beside it.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function runUnder(profile: Profile, users: readonly string[], settings: RunSettings): Run {
  const { runAsUser, holder } = settings;
  if (profile !== 'restricted') return { can: true, runAsUser };
  if (runAsUser === 0) {
    return cannot(
      '`runAsUser: 0` is root, which the profile `restricted` refuses',
      `name another uid, or add \`hardening: baseline\` to ${holder}`,
    );
  }
  return runAsUser === undefined ? runAsItself(users, holder) : { can: true, runAsUser };
}

function runAsItself(users: readonly string[], holder: string): Run {
  const uids = users.map(uidOf);
  const name = uids.find((uid) => typeof uid === 'string');
  if (name !== undefined) {
    return cannot(
      `its image runs as the user \`${name}\`, whose uid Kubernetes cannot know`,
      `add \`runAsUser: <uid of that user>\` to ${holder}`,
    );
  }
  if (uids.includes(0)) {
    return cannot(
      'its image runs as root, which the profile `restricted` refuses',
      `add \`hardening: baseline\` to ${holder}, or \`runAsUser: <uid>\` where the image can run as another user`,
    );
  }
  if (!users.some(isNonroot)) return { can: true, runAsUser: undefined };
  const other = uids.find((uid) => uid !== NONROOT);
  if (other === undefined) return { can: true, runAsUser: NONROOT };
  return cannot(
    `its image runs as \`nonroot\` on one architecture and as ${other} on another, and a Deployment has one uid`,
    `add \`runAsUser: <uid that both can run as>\` to ${holder}`,
  );
}

function cannot(why: string, hint: string): Run {
  return { can: false, why, hint };
}

/** The uid that distroless images, and so most Operators, call `nonroot`. */
const NONROOT = 65532;

function isNonroot(user: string): boolean {
  return userOf(user) === 'nonroot';
}

/** Without the group. */
function userOf(user: string): string {
  return user.split(':', 1)[0] ?? '';
}

/** The `User` of an OCI image config: a uid, or the name where its uid is not known. */
function uidOf(user: string): number | string {
  const name = userOf(user);
  if (name === '' || name === 'root') return 0;
  if (isNonroot(user)) return NONROOT;
  return /^[0-9]{1,10}$/u.test(name) ? Number(name) : name;
}
