// Every experiment in a real Chromium, over real TLS: opened by its link, guessed, run to its answer; its numbers are what theory allows.
import { runsIn } from './learn.ts'

runsIn('chromium')
