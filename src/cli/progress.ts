import { basename } from 'node:path';
import { printable } from '../printable.ts';
import { bytesText } from './bytes.ts';
import type { Terminal } from './terminal.ts';

/** How far a piece of work is. */
export interface ProgressEvent {
  /** What is worked on: its time starts with its first event. */
  readonly path: string;
  /** Bytes done and bytes to do. */
  readonly done: number;
  readonly total: number;
  /** Of those done, the ones that took time; all of them by default. */
  readonly worked?: number | undefined;
  /** What is being done; by default the reading of the file. */
  readonly action?: string | undefined;
  /** Said after the bytes: `3 of 12 images`. */
  readonly items?: string | undefined;
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
export function progressOn(terminal: Terminal) {
  let archive: string | undefined;
  let started = 0;
  let next = 0;
  let isDrawn = false;

  const clear = () => {
    if (isDrawn) terminal.draw('\r\u001B[K');
    isDrawn = false;
  };
  const report = (event: ProgressEvent) => {
    // `performance` would be loaded for it.
    const time = process.uptime() * 1000;
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

function lineOf(event: ProgressEvent, seconds: number): string {
  const { path, done, total, worked = done, action, items } = event;
  const rate = worked / Math.max(seconds, 0.001);
  const percent = total === 0 ? 100 : Math.floor((100 * done) / total);
  return [
    `${printable(action ?? `reading ${basename(path)}`)}: ${percent}% of ${bytesText(total)}`,
    ...(items === undefined ? [] : [items]),
    `${bytesText(Math.round(rate))}/s`,
    `${timeText((total - done) / Math.max(rate, 1))} left`,
  ].join(', ');
}

/** `45 s`, `12 min`, `3 h 5 min`. */
function timeText(seconds: number): string {
  if (seconds < 100) return `${Math.ceil(seconds)} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
