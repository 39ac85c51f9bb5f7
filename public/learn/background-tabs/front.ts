// The tab of “Background tabs”, which is only there to be in front of the page that opened it.
import { opened, say } from '../opened.ts'

opened((_, seconds) => say('said', `It is only here to be in front of the lab, and goes away in ${seconds} seconds.`))
