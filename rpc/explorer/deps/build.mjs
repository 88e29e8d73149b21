// Bundles the libraries into one module each, and copies the fonts.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const out = '../web/lib'
mkdirSync(out, { recursive: true })

await build({
  entryPoints: ['ui.js', 'eth.js'],
  outdir: out,
  bundle: true,
  format: 'esm',
  minify: true,
  target: 'es2022',
  legalComments: 'none', // licenses.txt has them
})

for (const [font, name] of [['inter', 'inter'], ['jetbrains-mono', 'mono']]) {
  cpSync(`node_modules/@fontsource-variable/${font}/files/${font}-latin-wght-normal.woff2`, `${out}/${name}.woff2`)
}

// Everything that is part of the bundles, with what its licence asks to be kept.
const parts = [
  'preact', 'htm', '@preact/signals', '@preact/signals-core',
  'viem', 'abitype', '@noble/hashes', '@fontsource-variable/inter', '@fontsource-variable/jetbrains-mono',
]
const licence = (name) => {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`))
  return `${name} ${version}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8').trim()}\n`
}
writeFileSync(`${out}/licenses.txt`, parts.map(licence).join(`\n${'-'.repeat(72)}\n\n`))
