// What the buttons and the knobs of a lane say they do, in a real Firefox, seen at sockets of the lane's own door.
import { buttonsIn } from './buttons.ts'

buttonsIn('firefox')
