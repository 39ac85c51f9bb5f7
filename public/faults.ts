// The buttons that break things, for one lane or for all, as a template; and what each does, in words.
import { html } from '/vendor/lit-html.js'
import type { TemplateResult } from '/vendor/lit-html.js'
import type { Desk } from './desk.ts'
import type { Fault } from './door.ts'
import type { Lane } from './lane.ts'

export const faults: readonly { fault: Fault; label: string; does: string }[] = [
  { fault: 'cut', label: 'Cut', does: 'Every open TCP connection is reset. Both sides are told at once.' },
  {
    fault: 'freeze',
    label: 'Freeze',
    does: 'The open connections swallow every byte, both ways, for ever. Nobody is told: a half-open line.',
  },
  { fault: 'stall', label: 'Stall 5 s', does: 'Nothing passes for five seconds; then all that waited comes at once.' },
  {
    fault: 'restart',
    label: 'Restart',
    does: 'The server behind this door says goodbye as on SIGTERM, stays away for two seconds and is back.',
  },
]

/** `lane` undefined: for all of them. */
export function faultButtons(desk: Desk, lane?: Lane): TemplateResult[] {
  const about = lane?.name ?? 'all'
  const isResting = lane?.state === 'paused' || lane?.state === 'off'
  return faults.map(
    ({ fault, label, does }) =>
      html`<button
        type="button"
        class=${fault}
        id="${fault}-${about}"
        aria-labelledby="${fault}-${about} lane-${about}"
        title=${does}
        ?disabled=${isResting || desk.bench.why !== ''}
        @click=${() => desk.break(lane, fault)}
      >
        ${label}
      </button>`,
  )
}
