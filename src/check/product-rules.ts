import type { RuleText } from './rule.ts';

/** `manifest.yaml`, and the Operator and the UI that it names. */
export const productRules = {
  'product-yaml': {
    level: 'error',
    title: 'manifest.yaml is not one YAML document',
    why: 'Nothing of it can be trusted: kubectl and this tool refuse it.',
    mend: 'Correct it at the place that is named.',
  },
  'product-field': {
    level: 'error',
    title: 'a field of manifest.yaml is missing or has another type',
    why: '`metadata.name` and `spec.version` must be there; what else is there must have the documented type.',
    mend: 'Correct it at the place that is named.',
  },
  'product-name': {
    level: 'error',
    title: '`metadata.name` is no name of a Solution',
    why: '`<name>-operator` is a label, and names objects of Kubernetes: lower-case letters, digits and dashes, at most 54.',
    mend: 'Choose another name.',
  },
  'product-version': {
    level: 'error',
    title: '`spec.version` cannot be used',
    why: 'It becomes part of a path and of a repository; `latest` stands for the newest version.',
    mend: 'Choose a version such as 1.2.0 or 1.2.0-rc.1.',
  },
  'product-version-type': {
    level: 'warning',
    title: 'a version or a tag is a number in the source',
    why: 'A reader of YAML makes 1.1 of `1.10`; this tool keeps the text, others do not.',
    mend: "Quote it: `version: '1.10'`.",
  },
  'product-version-order': {
    level: 'note',
    title: 'the version is no SemVer',
    why: '`latest` orders such versions by their leading numbers, then by their text.',
    mend: 'Use a version after https://semver.org where the order matters.',
  },
  'product-id': {
    level: 'error',
    title: 'no registry accepts the id',
    why: 'The id `<name>-<version>` is a part of the repository of each image: lower-case letters and digits, with `.`, `_` or `-` between them.',
    mend: 'Choose another version, such as `1.0.0-build.1` in place of `1.0.0+build.1`.',
  },
  'product-api': {
    level: 'note',
    title: '`apiVersion` or `kind` is missing, or an older one',
    why: 'The documentation has `solutions.metalk8s.scality.com/v1alpha1` and `Solution`; other tools refuse anything else.',
    mend: 'Write both.',
  },
  'product-annotations': {
    level: 'note',
    title: '`annotations` stand at the top level',
    why: 'They belong under `metadata`; other tools do not look elsewhere.',
    mend: 'Move them to `metadata.annotations`.',
  },
  'product-display-name': {
    level: 'note',
    title: 'there is no display name',
    why: 'People see the name in its place.',
    mend: 'Add the annotation `solutions.metalk8s.scality.com/display-name`.',
  },
  'product-images': {
    level: 'warning',
    title: 'an entry of `spec.images` is no image',
    why: 'It is left out; other tools may stop at it.',
    mend: 'Write `<name>:<tag>`, or leave `spec.images` out: then it is what images/ holds.',
  },
  'product-images-twice': {
    level: 'note',
    title: '`spec.images` names an image twice',
    why: 'It counts once.',
    mend: 'Remove one of them.',
  },
  'image-absent': {
    level: 'warning',
    title: 'a declared image is not in the archive',
    why: 'What needs it cannot be pulled on a site without internet.',
    mend: 'Copy it to images/<name>/<tag>/, or remove it from `spec.images`.',
  },
  'image-undeclared': {
    level: 'note',
    title: 'an image is not in `spec.images`',
    why: 'It is pushed all the same.',
    mend: 'Add it to `spec.images`, or leave it out of images/.',
  },
  'product-ui': {
    level: 'warning',
    title: 'the UI has no image in the archive',
    why: 'No UI is rendered.',
    mend: 'Copy the image to images/<name>/<tag>/, or remove `spec.ui`.',
  },
  'operator-image': {
    level: 'error',
    title: 'the image of the Operator is not in the archive',
    why: 'The Operator cannot be deployed.',
    mend: 'Copy the image to images/<name>/<tag>/, or correct `spec.operator.image`.',
  },
  'operator-missing': {
    level: 'warning',
    title: 'there are CRDs or roles, but no Operator',
    why: 'Without `spec.operator.image` the default `<name>-operator:<version>` counts only where that image is in the archive.',
    mend: 'Name the image in `spec.operator.image`.',
  },
  'operator-user': {
    level: 'warning',
    title: 'the Operator does not run under the profile `restricted`',
    why: 'Pods run as root only with another profile, and a name has a uid only inside of the image: each site must say so for this Solution.',
    mend: 'Let the image name a uid that is not 0: `USER 65532`.',
  },
  'ui-user': {
    level: 'note',
    title: 'the UI does not run under the profile `restricted`',
    why: 'Pods run as root only with another profile, and a name has a uid only inside of the image: each site must say so for this UI.',
    mend: 'Let the image name a uid that is not 0, and listen above port 1024.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
