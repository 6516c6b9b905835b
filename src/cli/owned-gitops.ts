import { isGitopsName } from '../manifests/gitops.ts';
import { ANNOTATIONS } from '../manifests/labels.ts';

/**
 * How `gitops/` is known to be ours. People keep a folder of that name themselves, and an
 * `application.yaml` with its sums in it: the objects that we render there say where they are from.
 */
export const ownedGitops = {
  label: 'gitops',
  mayHold: isGitopsName,
  mark: Object.keys(ANNOTATIONS).join(''),
};
