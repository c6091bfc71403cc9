// @ts-check
/**
 * The README's picture: a leaking app is recorded, and `find-leaks` run on a real terminal; what that shows is drawn.
 *
 *     node scripts/picture.js [FILE]      default: docs/picture.svg
 *
 * Figures differ from run to run, as they do for every reader. Needs Python for the terminal.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const { pictureOf } = require('./picture/svg');

const root = path.join(__dirname, '..');
const executable = path.join(root, 'cli', 'heap-analyzer.js');

const COLUMNS = 84;
const SHOWN = ['find-leaks', '--snapshot-dir', 'heaps'];

/** @param {string} command @param {string[]} args @param {string} cwd @param {number[]} fine exit codes */
function run(command, args, cwd, fine) {
  const env = { ...process.env, TERM: 'xterm-256color', PORT: '0' };
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
  if (!fine.includes(status ?? -1)) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

function main() {
  const output = process.argv[2] ?? path.join(root, 'docs', 'picture.svg');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heap-analyzer-picture-'));
  try {
    fs.mkdirSync(path.join(folder, 'src'));
    fs.copyFileSync(path.join(__dirname, 'picture', 'server.js'), path.join(folder, 'src', 'server.js'));
    const recording = ['record', '--duration', '6s', '--warm-up', '2s', '--load', 'own'];
    const app = ['--output-dir', 'heaps', '--', process.execPath, 'src/server.js'];
    run(process.execPath, [executable, ...recording, ...app], folder, [1]);
    const terminal = path.join(root, '__test__', 'helpers', 'terminal.py');
    const asked = [terminal, String(COLUMNS), '', process.execPath, executable, ...SHOWN];
    const screen = run('python3', asked, folder, [1])
      .replaceAll('\r\n', '\n')
      .replace(/\r\x1b\[K[^\r]*(?=\r\x1b\[K)|\r\x1b\[K/g, '');
    const prompt = `\x1b[32m$\x1b[39m \x1b[1mnpx heap-analyzer ${SHOWN.join(' ')}\x1b[22m\n\n`;
    const title =
      'heap-analyzer find-leaks names the collection that leaks, its line, and what would free it';
    fs.writeFileSync(output, pictureOf(prompt + screen, { columns: COLUMNS, title }));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main();
