// Builds what people run, into build/ or another folder of that name:
//
//     node bundle/build.mjs [<folder>]
//     node bundle/build.mjs --bench        build/bench.js

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildBench, buildProgram } from './program.mjs';
import { beginStamp, isCurrent, writeStamp } from './stamp.mjs';

const { values, positionals } = parseArgs({
  options: { bench: { type: 'boolean' } },
  allowPositionals: true,
});
const [folder = join(import.meta.dirname, '..', 'build')] = positionals;
if (values.bench === true) buildBench(folder);
else if (!isCurrent(folder)) {
  const begun = beginStamp(folder);
  writeStamp(folder, begun, buildProgram(folder));
}
