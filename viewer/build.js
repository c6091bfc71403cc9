// @ts-check
'use strict';

/**
 * Builds the page into viewer/dist: one script and one style sheet, which reports carry inside and the viewer serves.
 * Runs with the addon's build, after `npm install` in a checkout.
 */

const fs = require('node:fs');
const path = require('node:path');

const output = path.join(__dirname, 'dist');

async function build() {
  const esbuild = require('esbuild');
  await esbuild.build({
    absWorkingDir: __dirname,
    entryPoints: { viewer: 'src/main.jsx' },
    outdir: output,
    bundle: true,
    minify: true,
    format: 'iife',
    target: ['chrome109', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // Modules that the command line shares with the page look into package.json for a version.
    legalComments: 'none',
    logLevel: 'warning',
  });
  fs.writeFileSync(path.join(output, 'LICENSES.txt'), licences());
  const script = fs.readFileSync(path.join(output, 'viewer.js'), 'utf8');
  // A report carries the script inside its page, where these would end it or turn it into a comment.
  if (/<\/script|<!--/i.test(script)) throw new Error('the script cannot stand inside of a page');
}

/** The licences of what the script contains ask to go with it. */
function licences() {
  return ['preact', 'd3-hierarchy', 'uplot']
    .map((name) => {
      const folder = path.join(__dirname, 'node_modules', name);
      const { version } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
      return `${name} ${version}\n\n${fs.readFileSync(path.join(folder, 'LICENSE'), 'utf8').trim()}\n`;
    })
    .join('\n\n');
}

module.exports = { build, output };

if (require.main === module) {
  build().catch((error) => {
    console.error(`heap-analyzer: the viewer could not be built: ${error.message}`);
    process.exitCode = 1;
  });
}
