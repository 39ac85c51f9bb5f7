// Naive on purpose, and only for the range: a note put together as HTML, with whatever somebody typed in its fields.

export interface Note {
  from: string
  text: string
  colour: string
  link: string
}

export function naively(into: Element, { from, text, colour, link }: Note): void {
  // eslint-disable-next-line no-restricted-syntax -- this is the mistake that the range shows
  into.innerHTML = `<p style="color: ${colour}"><b>${from}</b>: ${text} <a href="${link}">more</a></p>`
}
