import type { RuleText } from './rule.ts';

/** The archive as a whole: what it is, its layout, its names, and what lies in it unused. */
export const archiveRules = {
  'archive-missing': {
    level: 'error',
    title: 'there is no archive at this path',
    why: 'An archive is an ISO image, or a directory with the same tree.',
    mend: 'Correct the path, or copy or mount the archive there.',
  },
  'archive-unreadable': {
    level: 'error',
    title: 'the archive, or a file in it, cannot be read',
    why: 'Nothing can be said of what cannot be read.',
    mend: 'Look at the permissions, and whether the disk is in order.',
  },
  'archive-no-manifest': {
    level: 'error',
    title: 'there is no manifest.yaml at the root',
    why: 'Name, version and Operator of a Solution are in that file; its name is in lower case.',
    mend: 'Put manifest.yaml beside images/ and operator/.',
  },
  'archive-legacy': {
    level: 'error',
    title: 'the archive has an older format',
    why: 'product.txt, config.yaml, the kind SolutionConfig and operator/crds were before manifest.yaml of kind Solution.',
    mend: 'Build the archive again: manifest.yaml of kind Solution, images/<name>/<tag>/, operator/deploy/crds/*_crd.yaml, operator/deploy/role.yaml.',
  },
  'archive-leftover': {
    level: 'note',
    title: 'files of an older format lie beside the current ones',
    why: 'Nothing reads them, and somebody may take them for what counts.',
    mend: 'Leave product.txt, config.yaml and operator/crds out.',
  },
  'archive-too-large': {
    level: 'error',
    title: 'the archive has more files, images or text than any Solution',
    why: 'What is read is bounded, so that no archive stops whoever reads it.',
    mend: 'Look whether it is the right archive; keep images in images/ and what is none out of operator/deploy.',
  },
  'archive-size': {
    level: 'error',
    title: 'bytes follow the volume',
    why: 'The file is longer than the image in it: two downloads in one file, or something appended.',
    mend: 'Copy or download it again and compare its size and checksum with those of the vendor.',
  },
  'archive-link': {
    level: 'error',
    title: 'a symbolic link leads nowhere, in a circle, or out of the archive',
    why: 'What it stood for is missing wherever the archive is opened.',
    mend: 'Let links inside an archive lead to a file of the same archive, or ship the file itself.',
  },
  'archive-special-file': {
    level: 'warning',
    title: 'there is a device, a pipe or a socket',
    why: 'Opening one can block a program for ever, or reach hardware of the machine that mounts the image.',
    mend: 'Leave it out: an archive holds files and folders.',
  },
  'file-name': {
    level: 'error',
    title: 'a file name cannot be kept',
    why: 'Names with control characters, backslashes or colons, or such as `.git`, become no path in a repository.',
    mend: 'Rename the file.',
  },
  'file-mode': {
    level: 'warning',
    title: 'others may not read a file or enter a folder',
    why: 'nginx serves images from the mounted archive as a user of its own, who may not read it.',
    mend: 'Give files the mode 0644 and folders 0755 before the image is made (`chmod -R u=rwX,go=rX`).',
  },
  'id-twice': {
    level: 'error',
    title: 'two archives have one id',
    why: 'The id `<name>-<version>` is the folder of the record and the repository of the images: one of the two would be lost. `a` with `b-1` and `a-b` with `1` make the same.',
    mend: 'Give each build a version of its own.',
  },
  'deploy-unused': {
    level: 'note',
    title: 'a file in operator/deploy is not used',
    why: 'Bindings, accounts and the Deployment of the Operator are rendered; only CRDs in crds/ and role.yaml are taken from there.',
    mend: 'Leave the file out, unless it is there for people.',
  },
  'sample-resource': {
    level: 'note',
    title: 'a sample lies beside the CRDs',
    why: 'It is never applied.',
    mend: 'Nothing; or move it to where people look for examples.',
  },
  'webhook-manifest': {
    level: 'note',
    title: 'the file webhooks.yaml is not applied',
    why: 'Webhooks of an Operator are its own to register; only its certificate is mounted, where environments.yaml asks for it.',
    mend: 'Tell administrators what it needs, or let the Operator register its webhooks.',
  },
  'registry-config-missing': {
    level: 'note',
    title: 'there is no registry-config.inc.j2',
    why: 'The import of MetalK8s itself serves images by that file; this tool makes one of its own (`solutions registry-config`).',
    mend: 'Add it where the archive must also work with solutions.sh of MetalK8s.',
  },
} as const satisfies Readonly<Record<string, RuleText>>;
