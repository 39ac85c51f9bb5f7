// Which version of a package is installed: the report names it.
import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'

export function versionOf(name: string): string {
  const path = findPackageJSON(name, import.meta.url)
  if (path === undefined) throw new Error(`expected the package ${name} in node_modules; run npm ci`)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}
