import { basename } from 'node:path';
import { bytesText } from './bytes.ts';
import { printable, type Terminal } from './terminal.ts';

/** How far the reading of an archive is. */
export interface ProgressEvent {
  readonly path: string;
  /** Bytes read and bytes to read. */
  readonly done: number;
  readonly total: number;
}

/** Elsewhere than on a terminal a line at most this often, in milliseconds. */
const PLAIN_INTERVAL = 5_000;
const DRAWN_INTERVAL = 100;
/** What is done sooner than this needs no progress, in milliseconds. */
const PATIENCE = 500;

/**
 * Shows how far a run is: one line drawn over on a terminal, plain lines now and then elsewhere,
 * nothing when it is quick. `clear` removes the line before something else is printed.
 */
export function progressOn(terminal: Terminal, now: () => number) {
  let archive: string | undefined;
  let started = 0;
  let next = 0;
  let isDrawn = false;

  const clear = () => {
    if (isDrawn) terminal.draw('\r\u001B[K');
    isDrawn = false;
  };
  const report = (event: ProgressEvent) => {
    const time = now();
    if (event.path !== archive) {
      archive = event.path;
      started = time;
      next = time + PATIENCE;
    }
    if (time < next) return;
    next = time + (terminal.isWatched ? DRAWN_INTERVAL : PLAIN_INTERVAL);
    const line = lineOf(event, (time - started) / 1000);
    if (terminal.isWatched) {
      terminal.draw(`\r${line.slice(0, terminal.columns - 1)}\u001B[K`);
      isDrawn = true;
    } else terminal.say(line);
  };
  return { report, clear };
}

function lineOf({ path, done, total }: ProgressEvent, seconds: number): string {
  const rate = done / Math.max(seconds, 0.001);
  const left = Math.ceil((total - done) / Math.max(rate, 1));
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return `reading ${printable(basename(path))}: ${percent}% of ${bytesText(total)}, ${bytesText(rate)}/s, ${left} s left`;
}
