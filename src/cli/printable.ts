// What others wrote, made safe for a terminal: their text must not move the cursor, recolour the screen or reverse a line.

/**
 * Control characters (C0, DEL, C1), line separators and bidirectional marks as `\uXXXX`. JSON stays the same JSON: its own
 * encoding leaves such characters only inside strings, where the escape means the character.
 */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
