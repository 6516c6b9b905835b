/** How many there are of what an English noun names: `1 Job`, `2 Jobs`; `plural` where an `s` makes none. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
