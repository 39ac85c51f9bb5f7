// A table in lines, for a terminal: columns of words to the left, columns of numbers to the right.
import Table from 'cli-table3'

/** `words`: the columns that hold words, counted from 0; the first names the rows. */
export function table(head: string[], rows: string[][], words: readonly number[] = [0]): string {
  const colAligns = head.map((_, i) => (words.includes(i) ? 'left' : 'right'))
  const made = new Table({ head, style: { head: [], border: [], compact: true }, colAligns })
  made.push(...rows)
  return made.toString()
}
