import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readContents } from '../../src/archive/contents.ts';
import { openTree } from '../../src/archive/tree.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { errorsOf } from '../support/archive-errors.ts';
import {
  makeTree,
  scratchFolder,
  write,
  type ImageToMake,
  type TreeToMake,
} from '../support/archive-make.ts';
import { genisoimage } from '../support/iso-make.ts';
import { alertsOf, dashboardOf } from '../support/monitoring-make.ts';

const DASHBOARD = 'application/grafana-dashboard+json';
const ALERTS = 'application/prometheus-alerts+yaml';

function read(path: string) {
  const tree = openTree(path, 'a.iso');
  try {
    return readContents(tree);
  } finally {
    tree.close();
  }
}

function readTree(spec: TreeToMake) {
  return read(makeTree(scratchFolder(), spec));
}

function errors(spec: TreeToMake) {
  return errorsOf(() => readTree(spec));
}

function artifact(
  tag: string,
  ...files: readonly (readonly [string, string, string])[]
): ImageToMake {
  return {
    name: 'orders',
    tag,
    artifact: files.map(([title, mediaType, text]) => ({ title, mediaType, text })),
  };
}

/** Where an artifact keeps a text. */
function blobPath(tag: string, text: string): string {
  return `images/orders/${tag}/${digestOf(Buffer.from(text)).slice('sha256:'.length)}`;
}

describe('dashboards and alerts', () => {
  test('come from artifacts, under the names that their layers have', () => {
    const { monitoring, files } = readTree({
      images: [
        artifact(
          '1.0',
          ['Orders.json', DASHBOARD, dashboardOf()],
          ['x/orders.yaml', ALERTS, alertsOf()],
        ),
      ],
    });
    expect(monitoring.dashboards).toMatchObject([
      { name: 'orders', value: { place: { file: `a.iso:${blobPath('1.0', dashboardOf())}` } } },
    ]);
    expect(monitoring.alerts).toMatchObject([
      { name: 'orders', value: { groups: [{ name: 'Orders' }] } },
    ]);
    expect(files.has(blobPath('1.0', alertsOf()))).toBe(true);
  });

  test.each([
    ['the artifact', { artifactType: DASHBOARD }, 'application/vnd.oci.empty.v1+json'],
    ['its config', {}, DASHBOARD],
  ])('may say what they are by the type of %s alone', (_, types, mediaType) => {
    const folder = makeTree(scratchFolder());
    const blob = (text: string, type: string) => {
      const digest = digestOf(Buffer.from(text));
      write(folder, `images/orders/1/${digest.slice('sha256:'.length)}`, text);
      return { mediaType: type, digest, size: text.length };
    };
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      ...types,
      config: blob('{}', mediaType),
      layers: [blob(dashboardOf(), 'application/json')],
    };
    write(folder, 'images/orders/1/manifest.json', JSON.stringify(manifest));
    const { monitoring, images } = read(folder);
    expect(monitoring.dashboards.map(({ name }) => name)).toEqual(['orders']);
    expect(images.records.find(({ name }) => name === 'orders')?.artifactType).toBe(DASHBOARD);
  });

  test('come from the folder monitoring/, byte for byte, from an ISO image too', async () => {
    const texts = {
      'monitoring/dashboards/orders.json': dashboardOf().replaceAll('\n', '\r\n'),
      'monitoring/alerts/orders.yaml': alertsOf(),
      'monitoring/alerts/stock.yml': 'groups: []\n',
    };
    const folder = makeTree(scratchFolder(), { files: texts });
    const iso = join(scratchFolder(), 'a.iso');
    await genisoimage(folder, iso);
    for (const { monitoring, files, notices } of [read(folder), read(iso)]) {
      expect(monitoring.dashboards.map(({ name }) => name)).toEqual(['orders']);
      expect(monitoring.alerts.map(({ name }) => name)).toEqual(['orders', 'stock']);
      for (const [path, text] of Object.entries(texts)) {
        expect(Buffer.from(files.get(path) ?? '').toString()).toBe(text);
      }
      expect(notices).toEqual([]);
    }
  });

  test('that lie elsewhere in that folder are left out with a word', () => {
    const files = {
      'monitoring/dashboards/deep/a.json': '',
      'monitoring/alerts/readme.txt': '',
      'monitoring/dashboards/a.yaml': '',
      'monitoring/other/a.json': '',
    };
    const { monitoring, notices } = readTree({ files });
    expect(monitoring).toEqual({ dashboards: [], alerts: [] });
    expect(notices).toMatchObject([
      {
        code: 'monitoring-place',
        message:
          'neither dashboards nor alerts and left out: "monitoring/alerts/readme.txt", "monitoring/dashboards/a.yaml", "monitoring/dashboards/deep/a.json"',
        place: { file: 'a.iso:monitoring' },
      },
    ]);
  });

  test('whose names are no paths are left out with a word', () => {
    const { monitoring, notices } = readTree({
      files: { 'monitoring/dashboards/a\\b.json': '{}' },
    });
    expect(monitoring.dashboards).toEqual([]);
    expect(notices).toMatchObject([
      { code: 'archive-bad-name', place: { file: 'a.iso:monitoring' } },
    ]);
  });

  test('that are there twice count once', () => {
    const text = dashboardOf({ uid: 'orders' });
    const { monitoring } = readTree({
      images: [
        artifact('1.0', ['orders.json', DASHBOARD, text]),
        artifact('latest', ['orders.json', DASHBOARD, text]),
      ],
      files: { 'monitoring/dashboards/copy.json': text },
    });
    expect(monitoring.dashboards.map(({ name }) => name)).toEqual(['orders']);
  });

  test('have names of their own where they are called the same', () => {
    const { monitoring } = readTree({
      images: [
        artifact('1.0', ['A b.json', DASHBOARD, '{"title":"1"}']),
        artifact(
          '2.0',
          ['a_B.json', DASHBOARD, '{"title":"2"}'],
          ['...', DASHBOARD, '{"title":"3"}'],
        ),
      ],
      files: { [`monitoring/dashboards/${'x'.repeat(90)}.json`]: '{}' },
    });
    const names = monitoring.dashboards.map(({ name }) => name);
    expect(names).toHaveLength(4);
    expect(new Set(names).size).toBe(4);
    expect(names.filter((name) => /^a-b-[0-9a-f]{10}$/u.test(name))).toHaveLength(2);
    expect(names).toContain('x'.repeat(50));
    expect(names.every((name) => /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/u.test(name))).toBe(true);
  });

  test('that are broken are all named, with their place in the archive and who can mend them', async () => {
    const found = await errors({
      files: {
        'monitoring/dashboards/a.json': '{"title": \n1,}',
        'monitoring/alerts/a.yaml': 'groups:\n- {name: a, rule: []}\n',
        'monitoring/alerts/b.yaml': '\tgroups: []',
      },
    });
    expect(found.map(({ code, place, hint }) => [code, place?.file, place?.line, hint])).toEqual([
      ['monitoring-json', 'a.iso:monitoring/dashboards/a.json', 2, 'the vendor must mend it'],
      [
        'schema',
        'a.iso:monitoring/alerts/a.yaml',
        2,
        'the vendor must mend it: did you mean `rules`?',
      ],
      expect.arrayContaining(['yaml-syntax', 'a.iso:monitoring/alerts/b.yaml', 1]),
    ]);
  });

  test('in an artifact that are broken are named by the path of the blob', async () => {
    const [error] = await errors({ images: [artifact('1', ['a.json', DASHBOARD, 'title: a'])] });
    expect(error?.place).toEqual({
      file: `a.iso:${blobPath('1', 'title: a')}`,
      line: 1,
      column: 1,
    });
  });

  test('with one uid are refused, because Grafana would show one of them', async () => {
    const files = {
      'monitoring/dashboards/a.json': dashboardOf({ uid: 'orders' }),
      'monitoring/dashboards/b.json': dashboardOf({ uid: 'orders', title: 'Other' }),
      'monitoring/dashboards/c.json': dashboardOf({ uid: null }),
      'monitoring/dashboards/d.json': dashboardOf({ uid: null, title: 'D' }),
    };
    expect(await errors({ files })).toMatchObject([
      {
        code: 'dashboard-uid',
        place: { file: 'a.iso:monitoring/dashboards/b.json' },
        hint: expect.stringContaining('a.iso:monitoring/dashboards/a.json'),
      },
    ]);
  });

  test('over a MiB are refused: no ConfigMap holds them', async () => {
    const large = `{"title": "${'x'.repeat(1 << 20)}"}`;
    expect(await errors({ files: { 'monitoring/dashboards/a.json': large } })).toMatchObject([
      {
        code: 'archive-too-large',
        place: { file: 'a.iso:monitoring/dashboards/a.json' },
      },
    ]);
    expect(await errors({ images: [artifact('1', ['a.json', DASHBOARD, large])] })).toMatchObject([
      { code: 'archive-too-large', message: expect.stringContaining('image "orders:1"') },
    ]);
  });
});
