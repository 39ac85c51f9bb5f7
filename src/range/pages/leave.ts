// The victim logs in at the target, and then follows a link to a page that is not the lab's.
import { logIn } from './login.ts'
import { known, show } from './tell.ts'

await logIn()
show('Logged in as the victim. Now the victim follows a link …')
location.replace(known.next!)
