import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runXorriso } from '../../src/cluster/xorriso.ts';
import { openTree } from '../../src/archive/tree.ts';
import { imageScript } from '../../src/pack/script.ts';
import { makeTree, scratchFolder } from '../support/archive-make.ts';
import { sparseFile } from '../support/iso-make.ts';

const VOLUME_SIZE = 16 * 2048 + 80;
const volume = { id: 'Large 1.0.0', date: 0 };

function fileOf(path: string, size: number) {
  return { path, source: `./${path}`, size, sha256: '', isExecutable: false };
}

/** The first MiB of an image, whose maker is then stopped. */
async function headOf(folder: string, script: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const enough = new Error('enough');
  const running = runXorriso({
    folder,
    script,
    write(bytes) {
      chunks.push(Uint8Array.from(bytes));
      length += bytes.length;
      if (length >= 1 << 20) throw enough;
    },
  });
  await expect(running).rejects.toBe(enough);
  return Buffer.concat(chunks);
}

describe('an image of xorriso', () => {
  it('has files over 4 GiB, in several extents', async () => {
    const root = makeTree(scratchFolder());
    const size = 2 ** 33 + 1;
    await sparseFile(join(root, 'large.bin'), size);
    const files = [fileOf('large.bin', size), fileOf('manifest.yaml', 0)];
    const head = await headOf(root, imageScript({ folders: [], files }, volume));
    const iso = join(scratchFolder(), 'large.iso');
    writeFileSync(iso, head);
    truncateSync(iso, head.readUInt32LE(VOLUME_SIZE) * 2048);
    const tree = openTree(iso, 'large.iso');
    expect(tree.find('large.bin')?.size).toBe(size);
    expect(tree.files('').map(({ path }) => path)).toEqual(['large.bin', 'manifest.yaml']);
    tree.close();
  });

  it('is refused with what xorriso says, where it cannot be made', async () => {
    const script = imageScript({ folders: [], files: [fileOf('none.txt', 1)] }, volume);
    const running = runXorriso({ folder: scratchFolder(), script, write() {} });
    await expect(running).rejects.toMatchObject({
      code: 'xorriso-failed',
      message: expect.stringContaining('none.txt'),
    });
  });

  it('is not made after an interrupt', async () => {
    const root = makeTree(scratchFolder());
    await sparseFile(join(root, 'large.bin'), 2 ** 33);
    const controller = new AbortController();
    const script = imageScript({ folders: [], files: [fileOf('large.bin', 1)] }, volume);
    const running = runXorriso({
      folder: root,
      script,
      write: () => controller.abort(),
      signal: controller.signal,
    });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('the script of an image', () => {
  it('takes no line feed for a part of a name', () => {
    const layout = { folders: ["a\n-commit_eject 'all'"], files: [] };
    expect(() => imageScript(layout, volume)).toThrow('no word of a script');
  });
});
