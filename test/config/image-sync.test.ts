import { describe, expect, it } from 'vitest';
import { parsePlatform } from '../../src/config/platform.ts';
import { complaintsOf } from '../support/complaints.ts';

const head = 'apiVersion: solutions.metalk8s.scality.com/v1alpha1\nkind: Platform\nspec:\n';
const image = 'registry.example:5000/solutions:0.1.0';
const node = '{node: bootstrap, path: /archives}';

function parse(settings: string) {
  return parsePlatform(Buffer.from(`${head}  imageSync: {${settings}}\n`), 'platform.yaml')
    .imageSync;
}

function complaints(settings: string): string[] {
  return complaintsOf(() => parse(settings)).map((line) => line.replace('platform.yaml:', ''));
}

describe('spec.imageSync of platform.yaml', () => {
  it('has defaults for everything but the image and the archives', () => {
    expect(parse(`image: "${image}", archives: ${node}`)).toEqual({
      mode: 'jobs',
      place: { file: 'platform.yaml', line: 4, column: 3 },
      image,
      archives: { node: 'bootstrap', path: '/archives' },
      secret: undefined,
      caConfigMap: undefined,
      deadlineSeconds: 21_600,
      backoffLimit: 6,
      resources: undefined,
      nodeSelector: undefined,
      tolerations: undefined,
    });
  });

  it('may say everything', () => {
    const settings = [
      `enabled: true, image: "${image}", archives: {claim: archives}, secret: push, caConfigMap: ca`,
      'deadlineSeconds: 600, backoffLimit: 0, resources: {limits: {memory: 1Gi}}',
      'nodeSelector: {infra: ""}, tolerations: [{operator: Exists}]',
    ];
    expect(parse(settings.join(', '))).toMatchObject({
      archives: { claim: 'archives' },
      secret: 'push',
      caConfigMap: 'ca',
      deadlineSeconds: 600,
      backoffLimit: 0,
      resources: { limits: { memory: '1Gi' } },
      nodeSelector: { infra: '' },
      tolerations: [{ operator: 'Exists' }],
    });
  });

  it.each(['enabled: false', `enabled: false, archives: ${node}`])('turns Jobs off: %s', (text) => {
    expect(parse(text).mode).toBe('off');
  });

  it.each(['/archives', '/archives/', '//archives', '/archives/.'])(
    'names one folder whether it is written as %s',
    (path) => {
      expect(parse(`image: "${image}", archives: {node: a, path: ${path}}`)).toMatchObject({
        archives: { path: '/archives' },
      });
    },
  );

  it.each<[string, string, unknown[]]>([
    [
      'nothing in it',
      '',
      [
        '4:3 `spec.imageSync.image` is missing, expected the image of this tool | or set `enabled: false`, where images get into the registry in another way (`solutions push`)',
        '4:3 `spec.imageSync.archives` is missing, expected where the Jobs find the archives | or set `enabled: false`, where images get into the registry in another way (`solutions push`)',
      ],
    ],
    [
      'no image',
      `archives: ${node}`,
      [expect.stringContaining('4:3 `spec.imageSync.image` is missing')],
    ],
    [
      'an image that is none in particular',
      `image: a.b/c, archives: ${node}`,
      [
        '4:15 `spec.imageSync.image` has neither a tag nor a digest: which image is it?; found "a.b/c"',
      ],
    ],
    [
      'a relative path',
      `image: "${image}", archives: {node: a, path: archives}`,
      [
        expect.stringMatching(
          /`spec.imageSync.archives.path` must be an absolute path on the node, such as \/archives; found "archives"$/u,
        ),
      ],
    ],
    [
      'all of a node',
      `image: "${image}", archives: {node: a, path: //}`,
      [expect.stringContaining('must be a folder below `/`')],
    ],
    [
      'a way out of the folder',
      `image: "${image}", archives: {node: a, path: /a/../b}`,
      [expect.stringContaining('must not hold `..`')],
    ],
    [
      'a path that Linux does not take',
      `image: "${image}", archives: {node: a, path: /${'é'.repeat(2048)}}`,
      [expect.stringContaining('has more than 4095 bytes')],
    ],
    [
      'a folder of no node',
      `image: "${image}", archives: {path: /a}`,
      [expect.stringMatching(/`spec.imageSync.archives` needs `node` and `path`, or `claim`$/u)],
    ],
    [
      'a claim and a folder',
      `image: "${image}", archives: {path: /a, claim: b}`,
      [expect.stringContaining('has `claim` beside `node` or `path`')],
    ],
    [
      'a node that is none',
      `image: "${image}", archives: {node: A, path: /a}`,
      [expect.stringContaining('`spec.imageSync.archives.node` must be lower-case letters')],
    ],
    [
      'a slip',
      `image: "${image}", archive: ${node}`,
      [
        expect.stringContaining('`spec.imageSync.archives` is missing'),
        expect.stringContaining('`spec.imageSync.archive` is not a known key | did you mean'),
      ],
    ],
  ])('is refused for %s', (_, settings, expected) => {
    expect(complaints(settings)).toEqual(expected);
  });
});
