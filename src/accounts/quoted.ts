// What a stranger typed, for the log: one line, whatever was in it, and not a long one.

const LENGTH = 64

/** In quotes, cut; all that is not plain ASCII as `\uXXXX`: no line break, no colour, no reversed text. */
export function quoted(text: string): string {
  const cut = text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text
  return JSON.stringify(cut).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
