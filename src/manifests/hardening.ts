import { k8s } from 'cdk8s-plus-28';
import type { Profile } from '../model/state.ts';

/** Who runs, under which profile. */
export interface Hardened {
  readonly profile: Profile;
  readonly runAsUser: number | undefined;
}

/** Whether what a Pod writes needs volumes. */
export function hasReadOnlyRoot({ profile }: Hardened): boolean {
  return profile === 'restricted';
}

/**
 * What a profile asks of a Pod; nothing for `compat`, which is what Salt rendered.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function podSecurity({ profile, runAsUser }: Hardened): k8s.PodSecurityContext | undefined {
  const user = runAsUser === undefined ? {} : { runAsUser };
  if (profile === 'compat') return runAsUser === undefined ? undefined : user;
  return {
    ...(profile === 'restricted' ? { runAsNonRoot: true } : {}),
    ...user,
    seccompProfile: { type: 'RuntimeDefault' },
  };
}

/** What a profile asks of a container. */
export function containerSecurity({ profile }: Hardened): Pick<k8s.Container, 'securityContext'> {
  if (profile === 'compat') return {};
  if (profile === 'baseline') return { securityContext: { allowPrivilegeEscalation: false } };
  return {
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
  };
}
