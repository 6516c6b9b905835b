import { statSync } from 'node:fs';
import { contest } from './contest.ts';
import type { LargeArchive } from './large-archive.ts';
import { probed, type ProbeName } from './probe.ts';
import { compareRow, limitRow, memoryText, type Row } from './table.ts';
import { contenderOf } from './tool.ts';

const ROUNDS = 5;
/** It takes several times as long. */
const ROUNDS_OF_SHA256SUM = 2;
const MAX_MEMORY = 150;

/** How fast an archive and its blobs are hashed, beside the programs that hash a file. */
export async function hashRows(archive: LargeArchive): Promise<Row[]> {
  const { iso } = archive;
  let peak = 0;
  const measured = (name: ProbeName) => () => {
    const found = probed(name, archive);
    peak = Math.max(peak, found.peak);
    return found.time;
  };
  const openssl = contenderOf({ file: 'openssl', args: ['dgst', '-sha256', iso] });
  const sha256sum = contenderOf({ file: 'sha256sum', args: [iso] });
  const times = new Map([
    ...(await contest(
      { file: measured('hash-file'), openssl, blobs: measured('hash-blobs') },
      ROUNDS,
    )),
    ...(await contest({ sha256sum }, ROUNDS_OF_SHA256SUM)),
  ]);
  const ours = (name: string) => times.get(name) ?? Number.NaN;
  const size = `${(statSync(iso).size / 1e9).toFixed(1)} GB`;
  const file = { what: `sha256 of ${size}, one thread`, ours: ours('file') };
  const byOpenssl = { beside: 'openssl dgst -sha256', theirs: times.get('openssl') };
  return [
    compareRow({ ...file, ...byOpenssl, atLeast: 0.85 }),
    compareRow({ ...file, beside: 'sha256sum', theirs: times.get('sha256sum'), atLeast: 3 }),
    compareRow({
      what: 'sha256 of all its blobs, both cores',
      ours: ours('blobs'),
      ...byOpenssl,
      atLeast: 1.5,
    }),
    limitRow({ what: 'most memory of either', value: peak, atMost: MAX_MEMORY, text: memoryText }),
  ];
}
