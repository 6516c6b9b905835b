/** How many there are of what an English noun names: `1 Job`, `2 Jobs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
