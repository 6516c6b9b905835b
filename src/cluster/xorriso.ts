import { execa } from 'execa';
import { mistakeOf } from '../errors.ts';

/** What xorriso fails with: it is not there, or it cannot make the image. */
type XorrisoCode = 'xorriso-missing' | 'xorriso-failed';

const mistake = mistakeOf<XorrisoCode>();

/**
 * That xorriso is there: for before hours of other work.
 *
 * @throws SolutionsError `xorriso-missing`
 */
export async function requireXorriso(): Promise<void> {
  const { code } = await execa('xorriso', ['-no_rc', '-version'], {
    reject: false,
    stdio: 'ignore',
    // It would take SIGXFSZ over, and leave it deadly: then a limit of file sizes is no error any more.
    cleanup: false,
  });
  if (code === 'ENOENT') throw missing();
}

/** What xorriso is given, and where its image goes. */
interface XorrisoRun {
  /** Its commands, a line each; those that set the output are not among them. */
  readonly script: string;
  /** What relative paths in the script are relative to. */
  readonly folder: string;
  /** Takes the bytes of the image, in order; they are its own for as long as it runs. */
  readonly write: (bytes: Uint8Array) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Of what it says, in characters: the end is what it failed with. */
const MAX_SAID = 4096;

/**
 * Runs xorriso, whose image comes through a pipe: it ends when this process does, whatever ended it.
 * No start-up file of the machine or the user has a say.
 *
 * @throws SolutionsError `xorriso-missing`, `xorriso-failed`; what `write` throws; the reason of
 *   `signal`
 */
export async function runXorriso({ script, folder, write, signal }: XorrisoRun): Promise<void> {
  // `-no_rc` counts as the first argument alone, and behind it `-outdev -` is refused (xorriso 1.5.4).
  const running = execa('xorriso', [...START, '-outdev', 'stdio:/dev/fd/3', ...SCRIPT], {
    cwd: folder,
    input: script,
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env: { LC_ALL: 'C', TZ: 'UTC', SOURCE_DATE_EPOCH: undefined },
    encoding: 'buffer',
    buffer: false,
    reject: false,
    // A terminal's interrupt is for this process, which then says what became of the archive.
    detached: true,
    ...(signal ? { cancelSignal: signal } : {}),
  });
  let said = '';
  running.stderr.on(
    'data',
    (text: Buffer) => (said = `${said}${text.toString()}`.slice(-MAX_SAID)),
  );
  try {
    for await (const bytes of running.stdio[3] ?? []) write(bytes);
  } catch (error) {
    running.kill('SIGKILL');
    await running;
    signal?.throwIfAborted();
    throw error;
  }
  const { exitCode, code } = await running;
  signal?.throwIfAborted();
  if (code === 'ENOENT') throw missing();
  if (exitCode !== 0) throw failed(said);
}

const START = ['-no_rc', '-report_about', 'SORRY'];
const SCRIPT = ['-options_from_file', '-'];

function missing() {
  return mistake('xorriso-missing', 'xorriso, which writes the image, is not on the PATH', {
    hint: 'install it: `apt-get install xorriso`, `dnf install xorriso`, `brew install xorriso`',
  });
}

function failed(said: string) {
  const lines = said
    .split('\n')
    .filter((line) => /^(?:xorriso|lib\w+) : (?!NOTE|UPDATE)/u.test(line));
  const reason = lines.slice(-3).join('; ').replaceAll(/\s+/gu, ' ');
  return mistake('xorriso-failed', `xorriso failed: ${reason || said.trim().slice(-300)}`, {
    hint: 'look at the file that it names; nothing was written',
  });
}
