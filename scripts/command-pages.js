// @ts-check
/**
 * What the pages of commands (docs/cli/*.md) say of usage, arguments and options, and the list of commands in docs/cli.md:
 * written from the commands' own declarations, so that no page tells of an option that is not there, or not of one that is.
 *
 *     node scripts/command-pages.js          writes them; a command without a page gets one
 *     node scripts/command-pages.js --check  says which are out of date
 *
 * All else on a page is written by hand.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const { COMMANDS } = require('../cli/commands');
const { declared } = require('../cli/plain');

const root = path.join(__dirname, '..');
const BEGIN = '<!-- from here: made by `node scripts/command-pages.js` from what the command declares -->';
const END = '<!-- to here -->';

const context = /** @type {any} */ ({});

/** @param {string} text for a cell of a table */
const cell = (text) => text.replace(/[<|]/g, '\\$&');

/** @param {Array<[string, string]>} rows @param {string} what */
const table = (what, rows) =>
  rows.length === 0
    ? ''
    : [`| ${what} | means |`, '| --- | --- |', ...rows.map(([a, b]) => `| ${a} | ${b} |`)].join('\n');

/** @param {import('../cli/plain').Option} option */
function flags({ long, short, values, takes }) {
  const value = takes === '' ? '' : ` <${takes}${values === 'many' ? '...' : ''}>`;
  return `\`${short ? `${short}, ` : ''}${long}${value}\``;
}

/** @param {string} name */
function usage(name) {
  const command = declared(name, context);
  const { options, arguments: given, examples } = command.takes;
  return [
    `\`heap-analyzer ${name} ${command.outline.usage}\``,
    table(
      'argument',
      given.map(({ declaration, description }) => [`\`${declaration}\``, cell(description)]),
    ),
    table(
      'option',
      options.map((option) => [flags(option), cell(option.description)]),
    ),
    ['```sh', ...examples, '```'].join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function commandList() {
  const rows = Object.keys(COMMANDS).map((name) => {
    const { outline, takes } = declared(name, context);
    const shown = [name, ...takes.arguments.map(({ declaration }) => declaration)].join(' ');
    return /** @type {[string, string]} */ ([`[\`${shown}\`](cli/${name}.md)`, cell(outline.summary)]);
  });
  return table('command', rows);
}

/** @param {string} text of a page @param {string} made */
function placed(text, made) {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin === -1 || end === -1) throw new Error('a page without the two marks');
  return `${text.slice(0, begin)}${BEGIN}\n\n${made}\n\n${text.slice(end)}`;
}

/** @param {string} name */
const firstPage = (name) =>
  `# heap-analyzer ${name}\n\n${declared(name, context).outline.summary}\n\n${BEGIN}\n\n${END}\n`;

/** @returns {Promise<Array<{ file: string, before: string | null, after: string }>>} */
async function pages() {
  const prettier = require('prettier');
  const config = await prettier.resolveConfig(path.join(root, 'docs', 'cli.md'));
  const made = [
    { file: 'docs/cli.md', first: '', part: commandList() },
    ...Object.keys(COMMANDS).map((name) => ({
      file: `docs/cli/${name}.md`,
      first: firstPage(name),
      part: usage(name),
    })),
  ];
  return Promise.all(
    made.map(async ({ file, first, part }) => {
      const there = path.join(root, file);
      const before = fs.existsSync(there) ? fs.readFileSync(there, 'utf8') : null;
      const text = placed(before ?? first, part);
      return { file, before, after: await prettier.format(text, { ...config, parser: 'markdown' }) };
    }),
  );
}

async function main() {
  const stale = (await pages()).filter(({ before, after }) => before !== after);
  if (process.argv.includes('--check')) {
    for (const { file } of stale) console.error(`${file} is out of date: node scripts/command-pages.js`);
    process.exitCode = stale.length > 0 ? 1 : 0;
    return;
  }
  fs.mkdirSync(path.join(root, 'docs', 'cli'), { recursive: true });
  for (const { file, after } of stale) fs.writeFileSync(path.join(root, file), after);
}

if (require.main === module) {
  main().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}

module.exports = { pages };
