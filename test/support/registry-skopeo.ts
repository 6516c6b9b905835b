import { createHash } from 'node:crypto';
import { execa } from 'execa';
import { scratchFolder } from './archive-make.ts';

/** Options of skopeo for a registry of a test. */
const plain = ['--tls-verify=false'];

/** The digest of the manifest that a registry gives skopeo for `<registry>/<repository>:<tag>`. */
export async function rawDigest(image: string, options = plain): Promise<string> {
  const args = ['inspect', '--raw', ...options, `docker://${image}`];
  const { stdout } = await execa('skopeo', args, { encoding: 'buffer', stripFinalNewline: false });
  return `sha256:${createHash('sha256').update(stdout).digest('hex')}`;
}

/** Pulls an image with all its platforms; skopeo compares every digest, and fails otherwise. */
export async function pullWhole(image: string): Promise<void> {
  const options = ['--quiet', '--all', '--preserve-digests', '--src-tls-verify=false'];
  await execa('skopeo', ['copy', ...options, `docker://${image}`, `dir:${scratchFolder()}`]);
}
