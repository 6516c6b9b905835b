import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SolutionsError } from '../../src/errors.ts';
import { openImage, type Image } from '../../src/iso/image.ts';
import { openFile, readerOf, type Reader } from '../../src/iso/reader.ts';

/** A new empty directory; the caller removes it. */
export function scratch(): string {
  return mkdtempSync(join(tmpdir(), 'iso-'));
}

/** Looks at an image in memory. */
export function throughBuffer<Value>(bytes: Buffer, look: (reader: Reader) => Value): Value {
  return look(readerOf(bytes));
}

/** Looks at an image in a file, which is gone afterwards. */
export function throughFile<Value>(bytes: Buffer, look: (reader: Reader) => Value): Value {
  const folder = scratch();
  const path = join(folder, 'image.iso');
  writeFileSync(path, bytes);
  const reader = openFile(path);
  try {
    return look(reader);
  } finally {
    reader.close();
    rmSync(folder, { recursive: true });
  }
}

/** The error with which `read` fails; another error, or none, fails the test. */
export function errorOf(read: () => unknown): SolutionsError {
  try {
    read();
  } catch (error) {
    if (error instanceof SolutionsError) return error;
    throw error;
  }
  throw new Error('expected an error, got a value');
}

/** The image in `bytes`, called `test.iso`. */
export function opened(bytes: Uint8Array): Image {
  return openImage(readerOf(bytes), 'test.iso');
}
