// docs/range.md tells of the attacks and defences that there are: its table is made of the lists.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attacks } from '../src/range/attacks.ts'
import { defences } from '../src/range/defences.ts'

const path = join(import.meta.dirname, '../docs/range.md')
const SEATS = {
  sibling: 'a page: sibling',
  stranger: 'a page: stranger',
  inside: 'what is published',
  network: 'the network',
  socket: 'a socket',
}

function table(): string {
  const rows = attacks.map(({ title, from, about, defences: own, source }) => {
    const held = own.map((name) => {
      const { title, does } = defences.find((each) => each.name === name)!
      return `**${title}.** ${does}`
    })
    const cells = [`**${title}.** ${about}`, SEATS[from], held.join('<br>'), `[${source.name}](${source.url})`]
    return `| ${cells.join(' | ')} |`
  })
  return ['| attack | from | held back by | source |', '|---|---|---|---|', ...rows].join('\n')
}

/** `UPDATE=1 npx vitest run test/range-doc.test.ts` writes it. */
test('the table of docs/range.md is that of the lists', async () => {
  const text = await readFile(path, 'utf8')
  const [, before, shown, after] = /^([^]*<!-- attacks -->\n)([^]*?)(\n## Why polling[^]*)$/.exec(text)!
  if (process.env.UPDATE) await writeFile(path, `${before}\n${table()}\n${after}`)
  else expect(shown!.trim()).toBe(table())
})
