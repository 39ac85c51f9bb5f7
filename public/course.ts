// The course's page looks as was chosen on the lab's: dark or light, and large type. Without this it looks as the system does.
import { remembered, wear } from './looks.ts'

const IN_THE_DARK = 'screen and (prefers-color-scheme: dark)'

function dress() {
  const looks = remembered()
  wear(looks)
  for (const dark of document.querySelectorAll<HTMLSourceElement>('picture source'))
    dark.media = { system: IN_THE_DARK, light: 'not all', dark: 'screen' }[looks.scheme]
}

dress()
addEventListener('storage', dress) // it was chosen in another tab
