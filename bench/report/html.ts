// Pieces of HTML. What comes from outside is text: everything but what these functions made is escaped.

export function escape(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
  return text.replace(/[&<>"']/g, (character) => names[character]!)
}

/** The first row is the head, the first column names the rows. It may be wider than the page: then it scrolls, by keyboard too. */
export function tableOf([head = [], ...rows]: string[][], caption: string): string {
  const heads = head.map((text) => `<th scope="col">${escape(text).replace('\n', '<br>')}</th>`).join('')
  const body = rows.map(([first = '', ...rest]) => {
    const cells = rest.map((text) => `<td>${escape(text)}</td>`).join('')
    return `<tr><th scope="row">${escape(first)}</th>${cells}</tr>`
  })
  const table = `<table><caption>${escape(caption)}</caption><thead><tr>${heads}</tr></thead><tbody>${body.join('\n')}</tbody></table>`
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escape(caption)}">${table}</div>`
}
