import type { ImageRecord } from '../archive/images.ts';
import type { Platform } from '../config/platform.ts';
import type { Archive } from '../metadata/archive.ts';
import type { Profile } from './state.ts';

/** `<registry>[/<base>]/<id>`: where the images of an archive are. */
export function repositoryOf(platform: Platform, archive: Archive): string {
  return `${platform.registry.prefix}/${archive.id}`;
}

/** The record of the image that the product manifest names as the Operator's. */
export function operatorImage(archive: Archive): ImageRecord | undefined {
  const wanted = archive.product.operator?.image;
  return archive.record.images.find(({ name, tag }) => name === wanted?.name && tag === wanted.tag);
}

/** The `User` of an image's config: of each of its architectures, where it is an index. */
export function usersOf({ user, children }: ImageRecord): string[] {
  return children ? children.map((child) => child.user ?? '') : [user ?? ''];
}

/** Whether an image can run under a profile, and as whom. */
export type Run =
  | { readonly can: true; readonly runAsUser: number | undefined }
  | { readonly can: false; readonly why: string; readonly hint: string };

/**
 * What the user of an image's config means for a profile.
 *
 * The kubelet compares `runAsNonRoot` with a numeric user only, so a name needs a uid beside it.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function runUnder(profile: Profile, users: readonly string[], runAsUser?: number): Run {
  if (profile !== 'restricted') return { can: true, runAsUser };
  if (runAsUser === 0) {
    return {
      can: false,
      why: '`runAsUser: 0` is root, which the profile `restricted` refuses',
      hint: 'name another uid, or add `hardening: baseline` to this Solution',
    };
  }
  if (runAsUser !== undefined) return { can: true, runAsUser };
  const uids = users.map(uidOf);
  const name = uids.find((uid) => typeof uid === 'string');
  if (name !== undefined) {
    return {
      can: false,
      why: `its image runs as the user \`${name}\`, whose uid Kubernetes cannot know`,
      hint: 'add `runAsUser: <uid of that user>` to this Solution',
    };
  }
  if (uids.includes(0)) {
    return {
      can: false,
      why: 'its image runs as root, which the profile `restricted` refuses',
      hint: 'add `hardening: baseline` to this Solution, or `runAsUser: <uid>` where the image can run as another user',
    };
  }
  return { can: true, runAsUser: users.some(isNonroot) ? NONROOT : undefined };
}

/** The uid that distroless images, and so most Operators, call `nonroot`. */
const NONROOT = 65532;

function userOf(user: string): string {
  return user.split(':', 1)[0] ?? '';
}

function isNonroot(user: string): boolean {
  return userOf(user) === 'nonroot';
}

/** The `User` of an OCI image config: a uid, or the name where its uid is not known. */
function uidOf(user: string): number | string {
  const name = userOf(user);
  if (name === '' || name === 'root') return 0;
  if (isNonroot(user)) return NONROOT;
  return /^[0-9]{1,10}$/u.test(name) ? Number(name) : name;
}
